import { child, children, type ElmNode, text } from '../elm.js';
import type { Scalar } from '../plan.js';
import { booleanType, namedType, type PlanType, specifiedType, typeText } from '../types.js';
import { noColumn } from './columns.js';
import { originOf, refuse, required } from './node.js';
import type { Names, Planning, RowPath } from './planning.js';

/** Conversions, `as` and `is`: facts hold System values, so that most of them are nothing, or known at once. */
export function casts(planning: Planning): Pick<Planning, 'conversion' | 'cast'> {
  return { conversion, cast };

  /** FHIRHelpers and System conversions: facts hold System values already. */
  function conversion(node: ElmNode, names: Names): Scalar {
    const [operand] = children(node, 'operand');
    const name = text(node, 'name');
    if (!operand || text(node, 'libraryName') !== 'FHIRHelpers') throw refuse(node, `the function ${name}`);
    const value = planning.scalar(operand, names);
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
    const found = planning.path(asNode, names);
    if (found && found.path !== '') {
      if (!found.path.endsWith(')') && choiceElements(found)) {
        throw refuse(node, noColumn({ ...found, path: `${found.path}.ofType(${target.kind === 'Fhir' ? target.name : target.kind})` }));
      }
      const value = planning.columnValue(found, node);
      return node.type === 'Is' ? notNull(value) : value;
    }
    if (operand.type === 'Null' && node.type === 'As') return { kind: 'null', type: target, origin };
    const value = planning.scalar(operand, names);
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
}

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

export function castTarget(node: ElmNode): PlanType | undefined {
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
