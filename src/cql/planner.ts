import type { FactCatalogue, FactColumn, FactShape } from './catalogue.js';
import { child, children, type ElmNode, text, typeName } from './elm.js';
import { type InlinedProgram, patientKey } from './inline.js';
import {
  type AggregateOperator,
  type CodeFilter,
  type DatePrecision,
  type Origin,
  type Plan,
  patientAlias,
  precisions,
  type Rows,
  type Scalar,
  type SortKey,
  sortAlias,
} from './plan.js';
import { Refusal } from './refusal.js';
import { anyType, booleanType, integerType, namedType, type PlanType, resultType, specifiedType, typeText } from './types.js';

/** What a path of ELM leads to, before it has become a column: a resource or item row, with the path that is read from it so far. */
interface RowPath {
  readonly row: Scalar;
  readonly columns: readonly FactColumn[];
  readonly path: string;
}

/** What an alias stands for. */
type Meaning =
  | { readonly kind: 'row'; readonly columns: readonly FactColumn[]; readonly isResource: boolean }
  | { readonly kind: 'value'; readonly type: PlanType };

type Names = ReadonlyMap<string, Meaning>;

const aggregates: ReadonlySet<string> = new Set([
  'Exists',
  'Count',
  'Sum',
  'Min',
  'Max',
  'Avg',
  'Median',
  'AllTrue',
  'AnyTrue',
  'First',
  'Last',
  'SingletonFrom',
]);

/** From inlined ELM to a plan. `keys` are the definitions asked for. Throws Refusal with node, place and reason. */
export function plan(program: InlinedProgram, keys: readonly string[], catalogue: FactCatalogue): Plan {
  const scalars = new Map<string, Scalar>();
  const lists = new Map<string, Rows>();
  const meanings = new Map<string, Meaning>();
  const patient = catalogue.source('Patient');
  const top: Names = new Map(patient ? [[patientAlias, { kind: 'row', columns: patient.columns, isResource: true }]] : []);
  for (const key of keys) definition(key);
  return { scalars, lists };

  function definition(key: string): void {
    if (scalars.has(key) || lists.has(key)) return;
    const body = program.definitions.get(key);
    if (!body) throw new Error(`no definition ${key}`);
    if (resultType(body).kind === 'List' || isList(body)) {
      const made = rows(body, top);
      lists.set(key, made);
      meanings.set(key, meaningOf(made));
    } else scalars.set(key, scalar(body, top));
  }

  function isList(node: ElmNode): boolean {
    if (resultType(node).kind === 'List') return true;
    if (node.type === 'ExpressionRef') {
      definition(text(node, 'name'));
      return lists.has(text(node, 'name'));
    }
    return node.type === 'Retrieve' || node.type === 'List' || (node.type === 'Query' && resultType(node).kind === 'Any');
  }

  // ---- lists

  function rows(node: ElmNode, names: Names): Rows {
    const origin = originOf(node);
    const element = elementType(resultType(node));
    switch (node.type) {
      case 'Retrieve':
        return retrieve(node);
      case 'Query':
        return query(node, names);
      case 'ExpressionRef': {
        const key = text(node, 'name');
        definition(key);
        if (!lists.has(key)) throw refuse(node, `"${key}" is no list`);
        return { kind: 'list', key, element: lists.get(key)?.element ?? element, origin };
      }
      case 'List':
        return { kind: 'literal', items: children(node, 'element').map((item) => scalar(item, names)), element, origin };
      case 'ToList': {
        const operand = required(node, 'operand');
        return { kind: 'literal', items: [scalar(operand, names)], element: resultType(operand), origin };
      }
      case 'Union':
      case 'Intersect':
      case 'Except':
        return { kind: 'set', operator: node.type, operands: children(node, 'operand').map((item) => rows(item, names)), element, origin };
      case 'Distinct':
        return { kind: 'distinct', rows: rows(required(node, 'operand'), names), element, origin };
      case 'As':
        return rows(required(node, 'operand'), names);
      case 'Property':
      case 'AliasRef': {
        const found = path(node, names);
        const column = found && exactColumn(found);
        if (found && column?.shape === 'list') return { kind: 'items', row: found.row, column, element, origin };
        throw refuse(node, found ? noColumn(found) : 'this list is not an element of a resource');
      }
      default:
        throw refuse(node, 'this list can not be taken from facts');
    }
  }

  function retrieve(node: ElmNode): Rows {
    const resource = typeName(text(node, 'dataType')).replace('FHIR.', '');
    const source = catalogue.source(resource);
    if (!source) throw refuse(node, `there is no fact table of ${resource}`);
    const origin = originOf(node);
    const element: PlanType = { kind: 'Fhir', name: resource };
    if (
      child(node, 'dateRange') ||
      children(node, 'dateFilter').length > 0 ||
      child(node, 'context') ||
      text(node, 'contextProperty') !== ''
    ) {
      throw refuse(node, 'a retrieve with a date range or a context of its own');
    }
    const codes = child(node, 'codes');
    if (!codes) return { kind: 'scan', source, element, origin };
    const property = text(node, 'codeProperty');
    const retrieved = source.columns.find(({ name }) => name === source.retrieve);
    if (!retrieved || retrieved.path.split('.')[0] !== property) throw refuse(node, `a retrieve of ${resource} by ${property}`);
    return { kind: 'scan', source, codes: [codeFilter(codes)], element, origin };
  }

  function codeFilter(node: ElmNode): CodeFilter {
    if (node.type === 'ValueSetRef') return { kind: 'valueSet', url: text(node, 'url') };
    if (node.type === 'ExpandValueSet') return codeFilter(required(node, 'operand'));
    const codes = staticCodes(node);
    if (!codes) throw refuse(node, 'codes that are not known before the data are read');
    return { kind: 'codes', codes };
  }

  function query(node: ElmNode, outer: Names): Rows {
    const names = new Map(outer);
    const sources = children(node, 'source').map((item) => {
      const made = sourceRows(required(item, 'expression'), names);
      names.set(text(item, 'alias'), meaningOf(made));
      return { alias: text(item, 'alias'), rows: made };
    });
    if (child(node, 'aggregate')) throw refuse(node, 'an aggregate clause');
    const lets = new Map<string, Scalar>();
    for (const item of children(node, 'let')) {
      const expression = required(item, 'expression');
      if (isList(expression)) throw refuse(item, 'a let that is a list');
      const value = scalar(expression, names);
      lets.set(text(item, 'identifier'), value);
      names.set(`let ${text(item, 'identifier')}`, { kind: 'value', type: value.type });
    }
    const relationships = children(node, 'relationship').map((item) => relationship(item, names));
    const condition = child(node, 'where');
    const returned = child(node, 'return');
    const expression = returned && required(returned, 'expression');
    const value = expression && scalar(expression, names);
    const made: Rows = {
      kind: 'query',
      sources,
      lets,
      where: [...relationships, ...(condition ? [scalar(condition, names)] : [])],
      ...(value && returned ? { yields: { value, distinct: returned['distinct'] !== false } } : {}),
      sort: [],
      element: value?.type ?? (sources.length === 1 ? (sources[0]?.rows.element ?? anyType) : elementType(resultType(node))),
      origin: originOf(node),
    };
    const sort = child(node, 'sort');
    if (!sort) return made;
    const sorted = new Map(names).set(sortAlias, meaningOf(made));
    return { ...made, sort: children(sort, 'by').map((item) => sortKey(item, sorted)) };
  }

  /** A query may have one value as its source: a list of one, or none where it is null. */
  function sourceRows(node: ElmNode, names: Names): Rows {
    if (isList(node) || (node.type === 'Property' && listColumn(node, names)) || (node.type === 'AliasRef' && listColumn(node, names)))
      return rows(node, names);
    const value = scalar(node, names);
    return { kind: 'literal', items: [value], element: value.type, origin: originOf(node) };
  }

  function listColumn(node: ElmNode, names: Names): boolean {
    const found = path(node, names);
    return found !== undefined && exactColumn(found)?.shape === 'list';
  }

  function relationship(item: ElmNode, outer: Names): Scalar {
    const names = new Map(outer);
    const made = sourceRows(required(item, 'expression'), names);
    names.set(text(item, 'alias'), meaningOf(made));
    const origin = originOf(item);
    const exists: Scalar = {
      kind: 'aggregate',
      operator: 'Exists',
      rows: {
        kind: 'query',
        sources: [{ alias: text(item, 'alias'), rows: made }],
        lets: new Map(),
        where: [scalar(required(item, 'suchThat'), names)],
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
    if (item.type === 'ByColumn') return { value: property(self, text(item, 'path'), item, names), descending };
    const expression = child(item, 'expression');
    if (!expression) throw refuse(item, 'this sort key');
    return { value: scalar(expression, names), descending };
  }

  function meaningOf(made: Rows): Meaning {
    switch (made.kind) {
      case 'scan':
        return { kind: 'row', columns: made.source.columns, isResource: true };
      case 'items': {
        const [only] = made.column.elements ?? [];
        return only?.path === '$this'
          ? { kind: 'value', type: shapeType(only.shape) }
          : { kind: 'row', columns: made.column.elements ?? [], isResource: false };
      }
      case 'list':
        return meanings.get(made.key) ?? { kind: 'value', type: made.element };
      case 'query': {
        const [first] = made.sources;
        if (made.yields) return scalarMeaning(made.yields.value, made);
        return first && made.sources.length === 1 ? meaningOf(first.rows) : { kind: 'value', type: made.element };
      }
      case 'set': {
        const [first] = made.operands;
        return first ? meaningOf(first) : { kind: 'value', type: made.element };
      }
      case 'distinct':
        return meaningOf(made.rows);
      default:
        return { kind: 'value', type: made.element };
    }
  }

  /** `return E` passes the row on. */
  function scalarMeaning(value: Scalar, within: Rows): Meaning {
    if (value.kind === 'alias' && within.kind === 'query') {
      const source = within.sources.find(({ alias }) => alias === value.alias);
      if (source) return meaningOf(source.rows);
    }
    return { kind: 'value', type: value.type };
  }

  // ---- values

  function scalar(node: ElmNode, names: Names): Scalar {
    const origin = originOf(node);
    const type = resultType(node);
    const kind = node.type ?? '';
    if (aggregates.has(kind)) return aggregate(node, names);
    switch (kind) {
      case 'Null':
        return { kind: 'null', type, origin };
      case 'Literal':
        return { kind: 'literal', value: text(node, 'value'), type: namedType(text(node, 'valueType')), origin };
      case 'Quantity':
        return { kind: 'quantity', value: String(node['value']), unit: text(node, 'unit') || '1', type: { kind: 'Quantity' }, origin };
      case 'Code':
      case 'Concept': {
        const codes = staticCodes(node);
        if (codes) return { kind: 'code', codes, type: { kind: kind }, origin };
        throw refuse(node, 'a code made from data');
      }
      case 'ValueSetRef':
        return { kind: 'valueSet', url: text(node, 'url'), type: { kind: 'ValueSet' }, origin };
      case 'ParameterRef':
        return { kind: 'parameter', name: text(node, 'name'), type, origin };
      case 'ExpressionRef':
        return definitionValue(node, type);
      case 'QueryLetRef': {
        const meaning = names.get(`let ${text(node, 'name')}`);
        return { kind: 'let', name: text(node, 'name'), type: meaning?.kind === 'value' ? meaning.type : type, origin };
      }
      case 'AliasRef':
      case 'Property':
      case 'IdentifierRef':
        return element(node, names);
      case 'IsNull':
        return choiceIsNull(node, names) ?? call(node, names);
      case 'FunctionRef':
        return conversion(node, names);
      case 'As':
      case 'Is':
        return cast(node, names);
      case 'Interval':
        return interval(node, names);
      case 'Tuple': {
        const elements = children(node, 'element').map((item) => ({
          name: text(item, 'name'),
          value: scalar(required(item, 'value'), names),
        }));
        return {
          kind: 'tuple',
          elements,
          type: { kind: 'Tuple', elements: new Map(elements.map(({ name, value }) => [name, value.type])) },
          origin,
        };
      }
      case 'If':
        return {
          kind: 'case',
          items: [{ when: scalar(required(node, 'condition'), names), result: scalar(required(node, 'then'), names) }],
          otherwise: scalar(required(node, 'else'), names),
          type,
          origin,
        };
      case 'Case':
        return caseValue(node, names);
      case 'In':
      case 'Contains':
        return membership(node, names);
      case 'InValueSet':
        return inValueSet(node, names);
      default:
        return call(node, names);
    }
  }

  function definitionValue(node: ElmNode, type: PlanType): Scalar {
    const key = text(node, 'name');
    const origin = originOf(node);
    if (key === patientKey) return { kind: 'alias', alias: patientAlias, type: { kind: 'Fhir', name: 'Patient' }, origin };
    definition(key);
    const value = scalars.get(key);
    if (!value) throw refuse(node, `the list "${key}" in place of a value`);
    return { kind: 'definition', key, type: value.type.kind === 'Any' ? type : value.type, origin };
  }

  function aggregate(node: ElmNode, names: Names): Scalar {
    const source = child(node, 'source') ?? child(node, 'operand');
    if (!source) throw refuse(node, 'an aggregate without a list');
    if (text(node, 'path') !== '') throw refuse(node, 'an aggregate over a path');
    const made = rows(source, names);
    const operator = (node.type ?? 'Exists') as AggregateOperator;
    const kept = operator === 'First' || operator === 'Last' || operator === 'SingletonFrom' || operator === 'Min' || operator === 'Max';
    const type = kept && made.element.kind !== 'Any' ? made.element : resultType(node);
    return { kind: 'aggregate', operator, rows: made, type, origin: originOf(node) };
  }

  /** An element of a row, or a field of a value. */
  function element(node: ElmNode, names: Names): Scalar {
    const found = path(node, names);
    if (found) return columnValue(found, node);
    if (node.type === 'IdentifierRef') return property(sortRow(node), text(node, 'name'), node, names);
    const source = child(node, 'source');
    const alias = text(node, 'scope');
    const from: Scalar | undefined =
      source !== undefined
        ? scalar(source, names)
        : alias !== ''
          ? { kind: 'alias', alias, type: aliasType(alias, names), origin: originOf(node) }
          : undefined;
    if (!from) {
      const name = text(node, 'name');
      return { kind: 'alias', alias: name, type: aliasType(name, names), origin: originOf(node) };
    }
    return property(from, text(node, 'path'), node, names);
  }

  function property(from: Scalar, path: string, node: ElmNode, names: Names): Scalar {
    const meaning = from.kind === 'alias' ? names.get(from.alias) : rowMeaning(from);
    if (meaning?.kind === 'row') return columnValue({ row: from, columns: meaning.columns, path: plain(path) }, node);
    return path.split('.').reduce((source, name) => field(source, name, node), from);
  }

  function field(source: Scalar, name: string, node: ElmNode): Scalar {
    // A FHIR primitive's value is the primitive itself, here.
    if (name === 'value' && source.type.kind !== 'Quantity') return source;
    const type = fieldType(source.type, name);
    if (!type) throw refuse(node, `${typeText(source.type)} has no element "${name}" in facts`);
    return { kind: 'field', source, name, type, origin: originOf(node) };
  }

  /** First, Last and SingletonFrom of resources are rows as well. */
  function rowMeaning(value: Scalar): Meaning | undefined {
    if (value.kind === 'aggregate') return meaningOf(value.rows);
    if (value.kind === 'definition') {
      const behind = scalars.get(value.key);
      return behind && rowMeaning(behind);
    }
    return undefined;
  }

  function aliasType(alias: string, names: Names): PlanType {
    const meaning = names.get(alias);
    return meaning?.kind === 'value' ? meaning.type : anyType;
  }

  /** The row and path that a Property, or an As within one, reads; undefined where it isn't an element of a row. */
  function path(node: ElmNode, names: Names): RowPath | undefined {
    if (node.type === 'AliasRef') return rowOf({ kind: 'alias', alias: text(node, 'name'), type: anyType, origin: originOf(node) }, names);
    if (node.type === 'ExpressionRef' && text(node, 'name') === patientKey) return rowOf(definitionValue(node, anyType), names);
    if (node.type === 'As') {
      const operand = child(node, 'operand');
      const inner = operand && path(operand, names);
      const target = castTarget(node);
      if (!inner || inner.path === '' || target?.kind !== 'Fhir') return inner;
      const cast = `${inner.path}.ofType(${target.name})`;
      return inner.columns.some((column) => column.path === cast || column.path.startsWith(`${cast}.`)) ? { ...inner, path: cast } : inner;
    }
    if (node.type === 'IdentifierRef') {
      const sorted = rowOf(sortRow(node), names);
      return sorted && { ...sorted, path: plain(text(node, 'name')) };
    }
    if (node.type !== 'Property') return undefined;
    const alias = text(node, 'scope');
    const source = child(node, 'source');
    const from =
      alias !== ''
        ? rowOf({ kind: 'alias', alias, type: anyType, origin: originOf(node) }, names)
        : source && (path(source, names) ?? aggregateRow(source, names));
    return from && { ...from, path: joined(from.path, plain(text(node, 'path'))) };
  }

  /** Within a sort clause a bare name is an element of what is sorted. */
  function sortRow(node: ElmNode): Scalar {
    return { kind: 'alias', alias: sortAlias, type: anyType, origin: originOf(node) };
  }

  /** A choice element is null when it is absent in each of its types, all of which must have columns. */
  function choiceIsNull(node: ElmNode, names: Names): Scalar | undefined {
    const operand = child(node, 'operand');
    const found = operand && path(operand, names);
    const type = operand ? resultType(operand) : anyType;
    if (!operand || !found || type.kind !== 'Choice') return undefined;
    const origin = originOf(node);
    const parts = type.choices.map((choice): Scalar => {
      const column = exactColumn({ ...found, path: `${found.path}.ofType(${choice.kind === 'Fhir' ? choice.name : choice.kind})` });
      if (!column) throw refuse(node, noColumn({ ...found, path: `${found.path}.ofType(${typeText(choice).replace('FHIR.', '')})` }));
      const value: Scalar = { kind: 'column', row: found.row, column, type: shapeType(column.shape), origin };
      return { kind: 'call', operator: 'IsNull', operands: [value], type: booleanType, origin };
    });
    return parts.reduce((every, part): Scalar => ({ kind: 'call', operator: 'And', operands: [every, part], type: booleanType, origin }));
  }

  function rowOf(row: Scalar, names: Names): RowPath | undefined {
    const meaning = row.kind === 'alias' ? names.get(row.alias) : undefined;
    return meaning?.kind === 'row' ? { row, columns: meaning.columns, path: '' } : undefined;
  }

  function aggregateRow(source: ElmNode, names: Names): RowPath | undefined {
    if (!['First', 'Last', 'SingletonFrom', 'ExpressionRef'].includes(source.type ?? '') || isList(source)) return undefined;
    const row = scalar(source, names);
    const meaning = rowMeaning(row);
    return meaning?.kind === 'row' ? { row, columns: meaning.columns, path: '' } : undefined;
  }

  function columnValue(found: RowPath, node: ElmNode): Scalar {
    const origin = originOf(node);
    if (found.path === '') return { ...found.row, type: anyType };
    if (found.path === 'id') return { kind: 'resourceId', row: found.row, type: { kind: 'String' }, origin };
    const column = exactColumn(found);
    if (column) return { kind: 'column', row: found.row, column, type: shapeType(column.shape), origin };
    // The longest prefix that has a column: what follows are fields of its value.
    const names = found.path.split('.');
    for (let length = names.length - 1; length > 0; length -= 1) {
      const prefix = exactColumn({ ...found, path: names.slice(0, length).join('.') });
      if (prefix && prefix.shape !== 'list') {
        const value: Scalar = { kind: 'column', row: found.row, column: prefix, type: shapeType(prefix.shape), origin };
        return names.slice(length).reduce<Scalar>((source, name) => field(source, name, node), value);
      }
    }
    throw refuse(node, noColumn(found));
  }

  function exactColumn(found: RowPath): FactColumn | undefined {
    return found.columns.find((column) => column.path === found.path);
  }

  // ---- conversions and casts

  /** FHIRHelpers and System conversions: facts hold System values already. */
  function conversion(node: ElmNode, names: Names): Scalar {
    const [operand] = children(node, 'operand');
    const name = text(node, 'name');
    if (!operand || text(node, 'libraryName') !== 'FHIRHelpers') throw refuse(node, `the function ${name}`);
    const value = scalar(operand, names);
    const wanted = conversions[name];
    if (!wanted?.includes(value.type.kind)) throw refuse(node, `${name} of ${typeText(value.type)}`);
    return value;
  }

  function cast(node: ElmNode, names: Names): Scalar {
    const origin = originOf(node);
    const operand = required(node, 'operand');
    const target = castTarget(node);
    if (!target) throw refuse(node, 'a cast to an unknown type');
    const asNode: ElmNode = {
      ...node,
      type: 'As',
      asTypeSpecifier: node['asTypeSpecifier'] ?? node['isTypeSpecifier'],
      asType: node['asType'] ?? node['isType'],
    };
    const found = path(asNode, names);
    if (found && found.path !== '') {
      if (!found.path.endsWith(')') && choiceElements(found)) {
        throw refuse(node, noColumn({ ...found, path: `${found.path}.ofType(${target.kind === 'Fhir' ? target.name : target.kind})` }));
      }
      const value = columnValue(found, node);
      return node.type === 'Is' ? notNull(value) : value;
    }
    if (operand.type === 'Null' && node.type === 'As') return { kind: 'null', type: target, origin };
    const value = scalar(operand, names);
    if (value.kind === 'null')
      return node.type === 'As' ? { ...value, type: target } : { kind: 'literal', value: 'false', type: booleanType, origin };
    if (node.type === 'As' && (sameType(value.type, target) || target.kind === 'Choice' || target.kind === 'Any')) return value;
    if (node.type === 'Is' && (sameType(value.type, target) || target.kind === 'Any')) return notNull(value);
    if (node.type === 'As' && value.type.kind === 'Any') return { ...value, type: target };
    if (isSystem(value.type) && isSystem(target)) {
      return node.type === 'Is' ? { kind: 'literal', value: 'false', type: booleanType, origin } : { kind: 'null', type: target, origin };
    }
    throw refuse(node, `a cast of ${typeText(value.type)} to ${typeText(target)}`);
  }

  function choiceElements(found: RowPath): boolean {
    return found.columns.some((column) => column.path.startsWith(`${found.path}.ofType(`));
  }

  function interval(node: ElmNode, names: Names): Scalar {
    const flag = (name: 'lowClosed' | 'highClosed'): Scalar => {
      const expression = child(node, `${name}Expression`);
      return expression
        ? scalar(expression, names)
        : { kind: 'literal', value: node[name] === false ? 'false' : 'true', type: booleanType, origin: originOf(node) };
    };
    const bound = (name: 'low' | 'high'): Scalar => {
      const found = child(node, name);
      return found ? scalar(found, names) : { kind: 'null', type: anyType, origin: originOf(node) };
    };
    const [low, high] = [bound('low'), bound('high')];
    const point = low.type.kind === 'Any' ? high.type : low.type;
    const written = resultType(node);
    const type: PlanType = point.kind === 'Any' && written.kind === 'Interval' ? written : { kind: 'Interval', point };
    return { kind: 'interval', low, high, lowClosed: flag('lowClosed'), highClosed: flag('highClosed'), type, origin: originOf(node) };
  }

  function caseValue(node: ElmNode, names: Names): Scalar {
    const comparand = child(node, 'comparand');
    const origin = originOf(node);
    const compared = comparand && scalar(comparand, names);
    const items = children(node, 'caseItem').map((item) => {
      const when = scalar(required(item, 'when'), names);
      return {
        when: compared ? ({ kind: 'call', operator: 'Equal', operands: [compared, when], type: booleanType, origin } as const) : when,
        result: scalar(required(item, 'then'), names),
      };
    });
    return { kind: 'case', items, otherwise: scalar(required(node, 'else'), names), type: resultType(node), origin };
  }

  function membership(node: ElmNode, names: Names): Scalar {
    const operands = children(node, 'operand');
    const left = operands[node.type === 'In' ? 0 : 1];
    const right = operands[node.type === 'In' ? 1 : 0];
    if (!left || !right) throw refuse(node, 'a membership without two operands');
    const origin = originOf(node);
    const value = scalar(left, names);
    if (!isList(right)) {
      const precision = precisionOf(node);
      return {
        kind: 'call',
        operator: 'In',
        operands: [value, scalar(right, names)],
        ...(precision ? { precision } : {}),
        type: booleanType,
        origin,
      };
    }
    const list = rows(right, names);
    if (list.kind === 'literal') return { kind: 'member', value, items: list.items, type: booleanType, origin };
    throw refuse(node, 'membership in a list made from data; write it as exists');
  }

  function inValueSet(node: ElmNode, names: Names): Scalar {
    const code = child(node, 'code');
    const valueSet = child(node, 'valueset') ?? child(node, 'valuesetExpression');
    if (!code || !valueSet) throw refuse(node, 'a value set that is not named');
    const named = valueSet.type === 'ValueSetRef' || text(valueSet, 'url') !== '' ? text(valueSet, 'url') : '';
    if (named === '') throw refuse(node, 'a value set that is not known before the data are read');
    const origin = originOf(node);
    const set: Scalar = { kind: 'valueSet', url: named, type: { kind: 'ValueSet' }, origin };
    return { kind: 'call', operator: 'InValueSet', operands: [scalar(code, names), set], type: booleanType, origin };
  }

  function call(node: ElmNode, names: Names): Scalar {
    const operator = node.type ?? '';
    const listed = node['operand'];
    const operands = Array.isArray(listed) ? children(node, 'operand') : [child(node, 'operand')].filter((item) => item !== undefined);
    const named = (namedOperands[operator] ?? []).map((name) => child(node, name)).filter((item) => item !== undefined);
    const precision = precisionOf(node);
    const made = [...operands, ...named].map((item) => {
      if (isList(item)) throw refuse(node, `${operator} of a list`);
      return scalar(item, names);
    });
    return { kind: 'call', operator, operands: made, ...(precision ? { precision } : {}), type: resultType(node), origin: originOf(node) };
  }
}

// Operators whose operands ELM names instead of listing.
const namedOperands: Readonly<Record<string, readonly string[]>> = {
  DateTime: ['year', 'month', 'day', 'hour', 'minute', 'second', 'millisecond', 'timezoneOffset'],
  Date: ['year', 'month', 'day'],
  Time: ['hour', 'minute', 'second', 'millisecond'],
  Round: ['precision'],
  Substring: ['stringToSub', 'startIndex', 'length'],
  PositionOf: ['pattern', 'string'],
  LastPositionOf: ['pattern', 'string'],
};

// What each conversion of FHIRHelpers may be given once elements have become System values.
const conversions: Readonly<Record<string, ReadonlyArray<PlanType['kind']>>> = {
  ToString: ['String'],
  ToBoolean: ['Boolean'],
  ToInteger: ['Integer'],
  ToDecimal: ['Decimal'],
  ToDate: ['Date'],
  ToDateTime: ['DateTime'],
  ToTime: ['Time'],
  ToQuantity: ['Quantity'],
  ToConcept: ['Concept'],
  ToCode: ['Concept', 'Code'],
  ToInterval: ['Interval'],
};

function shapeType(shape: FactShape): PlanType {
  return shapeTypes[shape];
}

const shapeTypes: Readonly<Record<FactShape, PlanType>> = {
  boolean: booleanType,
  integer: integerType,
  decimal: { kind: 'Decimal' },
  string: { kind: 'String' },
  date: { kind: 'Date' },
  dateTime: { kind: 'DateTime' },
  quantity: { kind: 'Quantity' },
  concept: { kind: 'Concept' },
  period: { kind: 'Interval', point: { kind: 'DateTime' } },
  list: anyType,
};

function fieldType(type: PlanType, name: string): PlanType | undefined {
  if (type.kind === 'Tuple') return type.elements.get(name);
  if (type.kind === 'Quantity') return quantityFields[name];
  if (type.kind === 'Interval')
    return intervalFields[name] ?? (name === 'low' || name === 'high' || name === 'start' || name === 'end' ? type.point : undefined);
  return undefined;
}

const quantityFields: Readonly<Record<string, PlanType>> = {
  value: { kind: 'Decimal' },
  unit: { kind: 'String' },
  code: { kind: 'String' },
};
const intervalFields: Readonly<Record<string, PlanType>> = { lowClosed: booleanType, highClosed: booleanType };

function staticCodes(node: ElmNode): ReadonlyArray<{ readonly system: string; readonly code: string }> | undefined {
  switch (node.type) {
    case 'Code':
      return [{ system: text(child(node, 'system') ?? {}, 'id'), code: text(node, 'code') }];
    case 'Concept':
      return all(children(node, 'code').map((code) => staticCodes({ ...code, type: 'Code' })));
    case 'ToList':
    case 'ToConcept': {
      const operand = child(node, 'operand');
      return operand && staticCodes(operand);
    }
    case 'List':
      return all(children(node, 'element').map(staticCodes));
    case 'Property':
      return text(node, 'path') === 'codes' ? staticCodes(child(node, 'source') ?? {}) : undefined;
    default:
      return undefined;
  }
}

function all<Item>(lists: ReadonlyArray<readonly Item[] | undefined>): readonly Item[] | undefined {
  const known = lists.filter((list) => list !== undefined);
  return known.length === lists.length ? known.flat() : undefined;
}

function castTarget(node: ElmNode): PlanType | undefined {
  const specifier = child(node, 'asTypeSpecifier') ?? child(node, 'isTypeSpecifier');
  if (specifier) return specifiedType(specifier);
  const name = text(node, 'asType') || text(node, 'isType');
  return name === '' ? undefined : namedType(name);
}

function notNull(value: Scalar): Scalar {
  const { origin } = value;
  const isNull: Scalar = { kind: 'call', operator: 'IsNull', operands: [value], type: booleanType, origin };
  return { kind: 'call', operator: 'Not', operands: [isNull], type: booleanType, origin };
}

function sameType(one: PlanType, other: PlanType): boolean {
  return typeText(one) === typeText(other);
}

function isSystem(type: PlanType): boolean {
  return type.kind !== 'Any' && type.kind !== 'Fhir' && type.kind !== 'Choice' && type.kind !== 'Tuple' && type.kind !== 'List';
}

function elementType(type: PlanType): PlanType {
  return type.kind === 'List' ? type.element : anyType;
}

function precisionOf(node: ElmNode): DatePrecision | undefined {
  const written = text(node, 'precision');
  return precisions.find((precision) => precision === written);
}

/** A path of FHIR elements without the `.value` of primitives at its end. */
function plain(path: string): string {
  return path.replace(/\.value$/, '');
}

function joined(left: string, right: string): string {
  return left === '' ? right : `${left}.${right}`;
}

function noColumn(found: RowPath): string {
  return `no column of the fact views holds the element ${found.path}`;
}

function required(node: ElmNode, name: string): ElmNode {
  const found = child(node, name);
  if (!found) throw refuse(node, `the ELM lacks "${name}"`);
  return found;
}

function originOf(node: ElmNode): Origin {
  return { node: node.type ?? '', locator: node.locator ?? '' };
}

function refuse(node: ElmNode, reason: string): Refusal {
  return new Refusal(node.type ?? '', node.locator ?? '', reason);
}
