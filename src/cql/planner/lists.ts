import { child, children, type ElmNode, text, typeName } from '../elm.js';
import type { CodeFilter, Rows } from '../plan.js';
import { elementType, type PlanType, resultType } from '../types.js';
import { staticCodes } from './codes.js';
import { exactColumn, noColumn } from './columns.js';
import { originOf, refuse, required } from './node.js';
import type { Names, Planning } from './planning.js';

/** ELM that gives a list → Rows. */
export function lists(planning: Planning): Pick<Planning, 'rows'> {
  return { rows };

  function rows(node: ElmNode, names: Names): Rows {
    const origin = originOf(node);
    const element = elementType(resultType(node));
    switch (node.type) {
      case 'Retrieve':
        return retrieve(node);
      case 'Query':
        return planning.query(node, names);
      case 'ExpressionRef': {
        const key = text(node, 'name');
        planning.define(key);
        if (!planning.lists.has(key)) throw refuse(node, `"${key}" is no list`);
        return { kind: 'list', key, element: planning.lists.get(key)?.element ?? element, origin };
      }
      case 'List':
        return { kind: 'literal', items: children(node, 'element').map((item) => planning.scalar(item, names)), element, origin };
      case 'ToList': {
        const operand = required(node, 'operand');
        return { kind: 'literal', items: [planning.scalar(operand, names)], element: resultType(operand), origin };
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
        const found = planning.path(node, names);
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
    const source = planning.catalogue.source(resource);
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
}
