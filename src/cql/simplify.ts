import type { Plan, Rows, Scalar } from './plan.js';

/**
 * The same plan in the form that becomes the best SQL: conjunctions as lists of conditions, so that each is applied as early as it can be; a union of scans of
 * one table as one scan for several codes; a query that does nothing as its source.
 */
export function simplify(plan: Plan): Plan {
  return {
    scalars: new Map([...plan.scalars].map(([key, value]) => [key, simplifyScalar(value)])),
    lists: new Map([...plan.lists].map(([key, rows]) => [key, simplifyRows(rows)])),
  };
}

function simplifyScalar(value: Scalar): Scalar {
  switch (value.kind) {
    case 'aggregate':
      return { ...value, rows: simplifyRows(value.rows) };
    case 'call':
      return knownTo({ ...value, operands: value.operands.map(simplifyScalar) });
    case 'case':
      return {
        ...value,
        items: value.items.map(({ when, result }) => ({ when: simplifyScalar(when), result: simplifyScalar(result) })),
        otherwise: simplifyScalar(value.otherwise),
      };
    case 'column':
    case 'resourceId':
      return { ...value, row: simplifyScalar(value.row) };
    case 'field':
      return { ...value, source: simplifyScalar(value.source) };
    case 'interval':
      return { ...value, low: simplifyScalar(value.low), high: simplifyScalar(value.high) };
    case 'tuple':
      return { ...value, elements: value.elements.map(({ name, value: element }) => ({ name, value: simplifyScalar(element) })) };
    case 'member':
      return { ...value, value: simplifyScalar(value.value), items: value.items.map(simplifyScalar) };
    default:
      return value;
  }
}

function simplifyRows(rows: Rows): Rows {
  switch (rows.kind) {
    case 'query': {
      const query: Rows = {
        ...rows,
        sources: rows.sources.map(({ alias, rows: source }) => ({ alias, rows: simplifyRows(source) })),
        lets: new Map([...rows.lets].map(([name, value]) => [name, simplifyScalar(value)])),
        where: rows.where.flatMap(conjuncts).map(simplifyScalar),
        ...(rows.yields ? { yields: { ...rows.yields, value: simplifyScalar(rows.yields.value) } } : {}),
        sort: rows.sort.map((key) => ({ ...key, value: simplifyScalar(key.value) })),
      };
      return query;
    }
    case 'set':
      return mergeScans({ ...rows, operands: rows.operands.map(simplifyRows) });
    case 'distinct':
      return { ...rows, rows: simplifyRows(rows.rows) };
    case 'items':
      return { ...rows, row: simplifyScalar(rows.row) };
    case 'literal':
      return { ...rows, items: rows.items.map(simplifyScalar) };
    default:
      return rows;
  }
}

/** `day from x is null` only asks how far the date is known: `not (x known to the day)`. */
function knownTo(value: Scalar & { kind: 'call' }): Scalar {
  const [operand] = value.operands;
  if (value.operator === 'IsNull' && operand?.kind === 'call' && operand.operator === 'DateTimeComponentFrom') {
    return { ...value, operator: 'Not', operands: [{ ...operand, operator: 'KnownTo', type: value.type }] };
  }
  // Not of not.
  if (value.operator === 'Not' && operand?.kind === 'call' && operand.operator === 'Not' && operand.operands[0]) return operand.operands[0];
  return value;
}

/** Only a row whose every condition is true is kept, so `a and b` is the two conditions. */
function conjuncts(condition: Scalar): readonly Scalar[] {
  return condition.kind === 'call' && condition.operator === 'And' ? condition.operands.flatMap(conjuncts) : [condition];
}

function mergeScans(set: Rows): Rows {
  if (set.kind !== 'set' || set.operator !== 'Union') return set;
  const scans = set.operands.flatMap((operand) => (operand.kind === 'scan' && operand.codes ? [operand] : []));
  const [first] = scans;
  if (!first || scans.length < set.operands.length || scans.some(({ source }) => source !== first.source)) return set;
  return { ...first, codes: scans.flatMap(({ codes }) => codes ?? []) };
}
