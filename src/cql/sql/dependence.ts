import { freeAliases, type Plan, parts, type Rows, type Scalar } from '../plan.js';
import { planKey } from '../plan-key.js';

/** True where a part holds a list that refers to the rows and isn't an element of one of them. */
export function dependsOnRows(part: Scalar, lets: ReadonlyMap<string, Scalar>): boolean {
  return some(
    part,
    lets,
    (inner) => inner.kind === 'aggregate' && freeAliases(inner.rows, new Set(), lets).size > 0 && !isLocalRows(inner.rows, lets),
  );
}

export function some(part: Scalar | Rows, lets: ReadonlyMap<string, Scalar>, test: (inner: Scalar | Rows) => boolean): boolean {
  if (test(part)) return true;
  if (part.kind === 'let') {
    const value = lets.get(part.name);
    return value !== undefined && some(value, lets, test);
  }
  // A list of its own is looked at as a whole, by the test.
  if (part.kind === 'aggregate') return false;
  return parts(part).some((below) => some(below, lets, test));
}

/** `exists (… such that …)` or its negation as a whole condition: a semi-join or an anti-join, where nothing within it needs more. */
export function isSemiJoin(condition: Scalar, lets: ReadonlyMap<string, Scalar>): boolean {
  const exists = condition.kind === 'call' && condition.operator === 'Not' ? condition.operands[0] : condition;
  if (exists?.kind !== 'aggregate' || exists.operator !== 'Exists') return false;
  const { rows } = exists;
  if (rows.kind !== 'query') return false;
  const sources = rows.sources.every(({ rows: source }) => source.kind === 'scan' || source.kind === 'list');
  const inner = new Map([...lets, ...rows.lets]);
  return (
    sources &&
    rows.where.every((part) => !dependsOnRows(part, inner)) &&
    (rows.yields === undefined || !dependsOnRows(rows.yields.value, inner))
  );
}

/** Made of the elements of rows alone: no table has to be read. */
export function isLocalRows(rows: Rows, lets: ReadonlyMap<string, Scalar>): boolean {
  switch (rows.kind) {
    case 'items':
      return true;
    case 'literal':
      return rows.items.every((item) => !some(item, lets, (inner) => inner.kind === 'aggregate' && !localAggregate(inner.rows, lets)));
    case 'query': {
      const inner = new Map([...lets, ...rows.lets]);
      const fine = (part: Scalar): boolean =>
        !some(part, inner, (found) => found.kind === 'aggregate' && !localAggregate(found.rows, inner));
      return (
        rows.sources.every(({ rows: source }) => isLocalRows(source, lets)) &&
        rows.where.every(fine) &&
        (rows.yields === undefined || fine(rows.yields.value))
      );
    }
    case 'distinct':
      return isLocalRows(rows.rows, lets);
    default:
      return false;
  }
}

/** An aggregate within a local list may itself be local, or be the person's and joined outside. */
function localAggregate(rows: Rows, lets: ReadonlyMap<string, Scalar>): boolean {
  return freeAliases(rows, new Set(), lets).size === 0 || isLocalRows(rows, lets);
}

/** Dates of which a condition of the query says that they are known to the day: `day from x is not null`. */
export function fullDates(conditions: readonly Scalar[], lets: ReadonlyMap<string, Scalar>): ReadonlySet<string> {
  const found = conditions.flatMap((condition) => {
    const [operand] =
      condition.kind === 'call' && condition.operator === 'KnownTo' && condition.precision === 'Day' ? condition.operands : [];
    return operand ? [planKey(resolvedLet(operand, lets))] : [];
  });
  return new Set(found);
}

/** The dates of a list's rows of which its own definition says that they are known to the day, as someone names them who calls the row `alias`. */
export function inheritedFullDates(rows: Rows, alias: string, plan: Plan): ReadonlySet<string> {
  const found = rows.kind === 'list' ? plan.lists.get(rows.key) : undefined;
  const [source] = found?.kind === 'query' ? found.sources : [];
  if (found?.kind !== 'query' || found.yields || found.sources.length !== 1 || !source) return new Set();
  const name = source.alias;
  return renamedDates([...fullDates(found.where, found.lets), ...inheritedFullDates(source.rows, name, plan)], name, alias);
}

/** The same dates of the same row, for someone who calls it otherwise. */
export function renamedDates(keys: Iterable<string>, from: string, to: string): ReadonlySet<string> {
  const [old, made] = [from, to].map((alias) => JSON.stringify({ kind: 'alias', alias }));
  return new Set([...keys].map((key) => key.replaceAll(old ?? '', made ?? '')));
}

export function resolvedLet(value: Scalar, lets: ReadonlyMap<string, Scalar>): Scalar {
  const found = value.kind === 'let' ? lets.get(value.name) : undefined;
  return found ? resolvedLet(found, lets) : value;
}
