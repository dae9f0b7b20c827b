import { child, children, type ElmNode, text } from '../elm.js';
import { type Rows, type Scalar, type SortKey, sortAlias } from '../plan.js';
import { anyType, booleanType, elementType, resultType } from '../types.js';
import { exactColumn } from './columns.js';
import { originOf, refuse, required } from './node.js';
import type { Names, Planning } from './planning.js';

/** Queries with all their clauses: sources, lets, relationships, conditions, return and sort. */
export function queries(planning: Planning): Pick<Planning, 'query'> {
  return { query };

  function query(node: ElmNode, outer: Names): Rows {
    const names = new Map(outer);
    const sources = children(node, 'source').map((item) => {
      const made = sourceRows(required(item, 'expression'), names);
      names.set(text(item, 'alias'), planning.meaningOf(made));
      return { alias: text(item, 'alias'), rows: made };
    });
    if (child(node, 'aggregate')) throw refuse(node, 'an aggregate clause');
    const lets = new Map<string, Scalar>();
    for (const item of children(node, 'let')) {
      const expression = required(item, 'expression');
      if (planning.isList(expression)) throw refuse(item, 'a let that is a list');
      const value = planning.scalar(expression, names);
      lets.set(text(item, 'identifier'), value);
      names.set(`let ${text(item, 'identifier')}`, { kind: 'value', type: value.type });
    }
    const relationships = children(node, 'relationship').map((item) => relationship(item, names));
    const condition = child(node, 'where');
    const returned = child(node, 'return');
    const expression = returned && required(returned, 'expression');
    const value = expression && planning.scalar(expression, names);
    const made: Rows = {
      kind: 'query',
      sources,
      lets,
      where: [...relationships, ...(condition ? [planning.scalar(condition, names)] : [])],
      ...(value && returned ? { yields: { value, distinct: returned['distinct'] !== false } } : {}),
      sort: [],
      element: value?.type ?? (sources.length === 1 ? (sources[0]?.rows.element ?? anyType) : elementType(resultType(node))),
      origin: originOf(node),
    };
    const sort = child(node, 'sort');
    if (!sort) return made;
    const sorted = new Map(names).set(sortAlias, planning.meaningOf(made));
    return { ...made, sort: children(sort, 'by').map((item) => sortKey(item, sorted)) };
  }

  /** A query may have one value as its source: a list of one, or none where it is null. */
  function sourceRows(node: ElmNode, names: Names): Rows {
    const isElement = node.type === 'Property' || node.type === 'AliasRef';
    if (planning.isList(node) || (isElement && listColumn(node, names))) return planning.rows(node, names);
    const value = planning.scalar(node, names);
    return { kind: 'literal', items: [value], element: value.type, origin: originOf(node) };
  }

  function listColumn(node: ElmNode, names: Names): boolean {
    const found = planning.path(node, names);
    return found !== undefined && exactColumn(found)?.shape === 'list';
  }

  function relationship(item: ElmNode, outer: Names): Scalar {
    const names = new Map(outer);
    const made = sourceRows(required(item, 'expression'), names);
    names.set(text(item, 'alias'), planning.meaningOf(made));
    const origin = originOf(item);
    const exists: Scalar = {
      kind: 'aggregate',
      operator: 'Exists',
      rows: {
        kind: 'query',
        sources: [{ alias: text(item, 'alias'), rows: made }],
        lets: new Map(),
        where: [planning.scalar(required(item, 'suchThat'), names)],
        sort: [],
        element: made.element,
        origin,
      },
      type: booleanType,
      origin,
    };
    return item.type === 'Without' ? { kind: 'call', operator: 'Not', operands: [exists], type: booleanType, origin } : exists;
  }

  function sortKey(item: ElmNode, names: Names): SortKey {
    const descending = text(item, 'direction').startsWith('desc');
    const self: Scalar = { kind: 'alias', alias: sortAlias, type: anyType, origin: originOf(item) };
    if (item.type === 'ByDirection') return { value: self, descending };
    if (item.type === 'ByColumn') return { value: planning.property(self, text(item, 'path'), item, names), descending };
    const expression = child(item, 'expression');
    if (!expression) throw refuse(item, 'this sort key');
    return { value: planning.scalar(expression, names), descending };
  }
}
