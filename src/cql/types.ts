import { child, children, type ElmNode, text, typeName } from './elm.js';

/** Types that the plan tells apart. FHIR primitives have become System types; other FHIR types keep their name. */
export type PlanType =
  | { readonly kind: 'Any' | 'Boolean' | 'Integer' | 'Long' | 'Decimal' | 'String' | 'Date' | 'DateTime' | 'Time' }
  | { readonly kind: 'Quantity' | 'Ratio' | 'Code' | 'Concept' | 'ValueSet' | 'CodeSystem' }
  | { readonly kind: 'Interval'; readonly point: PlanType }
  | { readonly kind: 'List'; readonly element: PlanType }
  | { readonly kind: 'Tuple'; readonly elements: ReadonlyMap<string, PlanType> }
  | { readonly kind: 'Choice'; readonly choices: readonly PlanType[] }
  | { readonly kind: 'Fhir'; readonly name: string };

export const anyType: PlanType = { kind: 'Any' };
export const booleanType: PlanType = { kind: 'Boolean' };
export const integerType: PlanType = { kind: 'Integer' };

/** The type that the translator wrote on a node (`resultTypeName` or `resultTypeSpecifier`); Any where it wrote none. */
export function resultType(node: ElmNode): PlanType {
  if (node.resultTypeName !== undefined) return namedType(node.resultTypeName);
  return node.resultTypeSpecifier === undefined ? anyType : specifiedType(node.resultTypeSpecifier);
}

/** The type of a type specifier. */
export function specifiedType(specifier: ElmNode): PlanType {
  const specified = specifiers[specifier.type ?? ''];
  return specified ? specified(specifier) : anyType;
}

export function namedType(qualified: string): PlanType {
  const name = typeName(qualified);
  if (name.startsWith('FHIR.')) return { kind: 'Fhir', name: name.slice('FHIR.'.length) };
  const known = systemTypes.get(name.replace('System.', ''));
  return known ?? anyType;
}

const specifiers: Readonly<Record<string, (specifier: ElmNode) => PlanType>> = {
  NamedTypeSpecifier: (specifier) => namedType(text(specifier, 'name')),
  ListTypeSpecifier: (specifier) => ({ kind: 'List', element: inner(specifier, 'elementType') }),
  IntervalTypeSpecifier: (specifier) => ({ kind: 'Interval', point: inner(specifier, 'pointType') }),
  ChoiceTypeSpecifier: (specifier) => ({ kind: 'Choice', choices: children(specifier, 'choice').map(specifiedType) }),
  TupleTypeSpecifier: (specifier) => ({
    kind: 'Tuple',
    elements: new Map(children(specifier, 'element').map((element) => [text(element, 'name'), inner(element, 'elementType')])),
  }),
};

function inner(specifier: ElmNode, name: string): PlanType {
  const found = child(specifier, name);
  return found ? specifiedType(found) : anyType;
}

const simpleNames = [
  'Any',
  'Boolean',
  'Integer',
  'Long',
  'Decimal',
  'String',
  'Date',
  'DateTime',
  'Time',
  'Quantity',
  'Ratio',
  'Code',
  'Concept',
  'ValueSet',
  'CodeSystem',
] as const;

const systemTypes: ReadonlyMap<string, PlanType> = new Map(simpleNames.map((name) => [name, { kind: name }]));

/** How a type reads in a message. */
export function typeText(type: PlanType): string {
  switch (type.kind) {
    case 'Interval':
      return `Interval<${typeText(type.point)}>`;
    case 'List':
      return `List<${typeText(type.element)}>`;
    case 'Tuple':
      return `Tuple { ${[...type.elements.keys()].join(', ')} }`;
    case 'Choice':
      return `Choice<${type.choices.map(typeText).join(', ')}>`;
    case 'Fhir':
      return `FHIR.${type.name}`;
    default:
      return type.kind;
  }
}

/** The type of a list's elements; Any of what is no list. */
export function elementType(type: PlanType): PlanType {
  return type.kind === 'List' ? type.element : anyType;
}
