import type { Origin, Plan, Rows, Scalar } from '../../cql/plan.js';
import { isObject } from '../../fhir/resource.js';

/** A mistake that a compiler could make, planted in one place of a plan: the check of agreement is to notice it. */
export interface Fault {
  readonly kind: FaultKind;
  /** ELM node and place in the CQL. */
  readonly place: string;
  readonly plant: (plan: Plan) => Plan;
}

type Node = Scalar | Rows;

/** What a kind of fault makes of a node; undefined where it has nothing to spoil. */
type Spoil = (node: Node) => Node | undefined;

const swappedOperators: Readonly<Record<string, string>> = {
  Greater: 'GreaterOrEqual',
  GreaterOrEqual: 'Greater',
  Less: 'LessOrEqual',
  LessOrEqual: 'Less',
  Before: 'SameOrBefore',
  SameOrBefore: 'Before',
  After: 'SameOrAfter',
  SameOrAfter: 'After',
};

const swappedAggregates = { First: 'Last', Last: 'First', Min: 'Max', Max: 'Min' } as const;

/** Each kind is a step away from what the CQL says. */
const spoils = {
  'low end of an interval': (node) => (node.kind === 'interval' ? flipped(node, 'lowClosed') : undefined),
  'high end of an interval': (node) => (node.kind === 'interval' ? flipped(node, 'highClosed') : undefined),
  'distinct dropped': (node) => {
    if (node.kind === 'distinct') return node.rows;
    return node.kind === 'query' && node.yields?.distinct === true ? { ...node, yields: { ...node.yields, distinct: false } } : undefined;
  },
  'comparison with or without equal': (node) => {
    const operator = node.kind === 'call' ? swappedOperators[node.operator] : undefined;
    return node.kind === 'call' && operator !== undefined ? { ...node, operator } : undefined;
  },
  'null as false': (node) => {
    if (node.kind !== 'call' || node.operator !== 'Not') return undefined;
    const [operand] = node.operands;
    return operand && { ...node, operands: [{ ...node, operator: 'IsTrue', operands: [operand] }] };
  },
  'null before true or false': (node) => {
    if (node.kind !== 'call' || (node.operator !== 'And' && node.operator !== 'Or')) return undefined;
    const isNull = node.operands.map((operand): Scalar => ({ ...node, operator: 'IsNull', operands: [operand] }));
    const unknown: Scalar = { ...node, operator: 'Or', operands: isNull };
    const { type, origin } = node;
    return { kind: 'case', items: [{ when: unknown, result: { kind: 'null', type, origin } }], otherwise: node, type, origin };
  },
  'first for last, least for greatest': (node) => {
    const operator = node.kind === 'aggregate' && node.operator in swappedAggregates ? node.operator : undefined;
    return node.kind === 'aggregate' && operator !== undefined
      ? { ...node, operator: swappedAggregates[operator as keyof typeof swappedAggregates] }
      : undefined;
  },
  'order turned round': (node) =>
    node.kind === 'query' && node.sort.length > 0
      ? { ...node, sort: node.sort.map((key) => ({ ...key, descending: !key.descending })) }
      : undefined,
  'default of coalesce dropped': (node) =>
    node.kind === 'call' && node.operator === 'Coalesce' && node.operands.length > 1 ? node.operands[0] : undefined,
  'precision of a comparison dropped': (node) => {
    if (node.kind !== 'call' || node.precision === undefined || !/Before|After|^Same|In$|IncludedIn|Overlaps/.test(node.operator))
      return undefined;
    const { precision: _, ...rest } = node;
    return rest;
  },
  'condition dropped': (node) => (node.kind === 'query' && node.where.length > 0 ? { ...node, where: node.where.slice(1) } : undefined),
  'code dropped': (node) => {
    if (node.kind !== 'scan') return undefined;
    const codes = node.codes?.flatMap((filter) => (filter.kind === 'codes' ? filter.codes : [])) ?? [];
    return codes.length > 1 ? { ...node, codes: [{ kind: 'codes', codes: codes.slice(1) }] } : undefined;
  },
  'number off by one': (node) =>
    node.kind === 'literal' && 'value' in node && node.type.kind === 'Integer'
      ? { ...node, value: String(Number(node.value) + 1) }
      : undefined,
  'amount off by one': (node) => (node.kind === 'quantity' ? { ...node, value: String(Number(node.value) + 1) } : undefined),
} as const satisfies Readonly<Record<string, Spoil>>;

export type FaultKind = keyof typeof spoils;

export const faultKinds = Object.keys(spoils) as readonly FaultKind[];

/** Every fault that can be planted in a plan, by kind, in the plan's order. */
export function faultsOf(plan: Plan, kinds: readonly FaultKind[] = faultKinds): readonly Fault[] {
  return kinds.flatMap((kind) => {
    const spoil: Spoil = spoils[kind];
    const places: Origin[] = [];
    changed(plan, (node) => {
      if (spoil(node)) places.push(node.origin);
      return node;
    });
    return places.map(({ node, locator }, wanted) => ({
      kind,
      place: `${node} ${locator}`,
      plant: (sound: Plan) => {
        let place = -1;
        return changed(sound, (node) => {
          const spoiled = spoil(node);
          if (spoiled) place += 1;
          return spoiled && place === wanted ? spoiled : node;
        });
      },
    }));
  });
}

function flipped(node: Scalar & { readonly kind: 'interval' }, end: 'lowClosed' | 'highClosed'): Scalar | undefined {
  const closed = node[end];
  if (closed.kind !== 'literal') return undefined;
  return { ...node, [end]: { ...closed, value: closed.value === 'true' ? 'false' : 'true' } };
}

/** The plan with `change` made to each of its nodes, from the leaves up. */
function changed(plan: Plan, change: (node: Node) => Node): Plan {
  return deepChanged(plan, change) as Plan;
}

function deepChanged(value: unknown, change: (node: Node) => Node): unknown {
  if (Array.isArray(value)) return value.map((item) => deepChanged(item, change));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, deepChanged(item, change)]));
  if (!isObject(value)) return value;
  const copy = Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, isOpaque(name, item) ? item : deepChanged(item, change)]),
  );
  // Nodes of a plan say where they come from; their types and filters don't.
  return isNode(copy) ? change(copy) : copy;
}

const opaque: ReadonlySet<string> = new Set(['origin', 'type', 'element', 'column', 'codes']);

/** What isn't part of the expression: types, filters, and fact tables, which are known by their identity. */
function isOpaque(name: string, value: unknown): boolean {
  return opaque.has(name) || (name === 'source' && !isNode(value));
}

function isNode(value: unknown): value is Node {
  return isObject(value) && typeof value['kind'] === 'string' && isObject(value['origin']);
}
