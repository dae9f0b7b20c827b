import { child, children, type ElmNode, text } from '../elm.js';
import { type DatePrecision, precisions, type Scalar } from '../plan.js';
import { booleanType, resultType } from '../types.js';
import { originOf, refuse } from './node.js';
import type { Names, Planning } from './planning.js';

/** Operators as calls on their operands; memberships among them, which depend on what the right side is. */
export function calls(planning: Planning): Pick<Planning, 'membership' | 'inValueSet' | 'call'> {
  return { membership, inValueSet, call };

  function membership(node: ElmNode, names: Names): Scalar {
    const operands = children(node, 'operand');
    const left = operands[node.type === 'In' ? 0 : 1];
    const right = operands[node.type === 'In' ? 1 : 0];
    if (!left || !right) throw refuse(node, 'a membership without two operands');
    const origin = originOf(node);
    const value = planning.scalar(left, names);
    if (!planning.isList(right)) {
      const precision = precisionOf(node);
      return {
        kind: 'call',
        operator: 'In',
        operands: [value, planning.scalar(right, names)],
        ...(precision ? { precision } : {}),
        type: booleanType,
        origin,
      };
    }
    const list = planning.rows(right, names);
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
    return { kind: 'call', operator: 'InValueSet', operands: [planning.scalar(code, names), set], type: booleanType, origin };
  }

  function call(node: ElmNode, names: Names): Scalar {
    const operator = node.type ?? '';
    const listed = node['operand'];
    const operands = Array.isArray(listed) ? children(node, 'operand') : [child(node, 'operand')].filter((item) => item !== undefined);
    const named = (namedOperands[operator] ?? []).map((name) => child(node, name)).filter((item) => item !== undefined);
    const precision = precisionOf(node);
    const made = [...operands, ...named].map((item) => {
      if (planning.isList(item)) throw refuse(node, `${operator} of a list`);
      return planning.scalar(item, names);
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

function precisionOf(node: ElmNode): DatePrecision | undefined {
  const written = text(node, 'precision');
  return precisions.find((precision) => precision === written);
}
