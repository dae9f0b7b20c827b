import { child, children, type ElmNode, text } from '../elm.js';
import { patientKey } from '../inline.js';
import { type AggregateOperator, patientAlias, type Scalar } from '../plan.js';
import { anyType, booleanType, namedType, type PlanType, resultType } from '../types.js';
import { staticCodes } from './codes.js';
import { originOf, refuse, required } from './node.js';
import type { Names, Planning } from './planning.js';

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

/** ELM that gives one value → Scalar, by the kind of node. */
export function values(planning: Planning): Pick<Planning, 'scalar' | 'definitionValue'> {
  return { scalar, definitionValue };

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
        return planning.element(node, names);
      case 'IsNull':
        return planning.choiceIsNull(node, names) ?? planning.call(node, names);
      case 'FunctionRef':
        return planning.conversion(node, names);
      case 'As':
      case 'Is':
        return planning.cast(node, names);
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
        return planning.membership(node, names);
      case 'InValueSet':
        return planning.inValueSet(node, names);
      default:
        return planning.call(node, names);
    }
  }

  function definitionValue(node: ElmNode, type: PlanType): Scalar {
    const key = text(node, 'name');
    const origin = originOf(node);
    if (key === patientKey) return { kind: 'alias', alias: patientAlias, type: { kind: 'Fhir', name: 'Patient' }, origin };
    planning.define(key);
    const value = planning.scalars.get(key);
    if (!value) throw refuse(node, `the list "${key}" in place of a value`);
    return { kind: 'definition', key, type: value.type.kind === 'Any' ? type : value.type, origin };
  }

  function aggregate(node: ElmNode, names: Names): Scalar {
    const source = child(node, 'source') ?? child(node, 'operand');
    if (!source) throw refuse(node, 'an aggregate without a list');
    if (text(node, 'path') !== '') throw refuse(node, 'an aggregate over a path');
    const made = planning.rows(source, names);
    const operator = (node.type ?? 'Exists') as AggregateOperator;
    const kept = operator === 'First' || operator === 'Last' || operator === 'SingletonFrom' || operator === 'Min' || operator === 'Max';
    const type = kept && made.element.kind !== 'Any' ? made.element : resultType(node);
    return { kind: 'aggregate', operator, rows: made, type, origin: originOf(node) };
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
}
