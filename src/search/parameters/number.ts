import { joinSql, type SqlFragment, sql } from '../../sql.js';
import type { Prefix } from '../request.js';
import { searchText } from '../text.js';
import { hasValue, type ParameterContext, type ParsedValue } from './context.js';
import { splitPrefix } from './prefix.js';
import { unescapeValue } from './split.js';

/** `value` as written; `low` (inclusive) to `high` (exclusive) is what it stands for at its precision: 5.4 is 5.35 to 5.45. */
export interface NumberQuery {
  readonly prefix: Prefix;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const decimal = /^[-+]?(\d+(?:\.\d*)?|\.\d+)(?:[eE]([-+]?\d{1,3}))?$/;

export function parseNumber(raw: string): ParsedValue<NumberQuery> {
  const { prefix, rest } = splitPrefix(unescapeValue(raw.trim()));
  const match = decimal.exec(rest);
  const value = Number(rest);
  if (match === null || !Number.isFinite(value)) return { ok: false, expected: searchText.expected.number };
  const decimals = /\.(\d*)/.exec(match[1] ?? '')?.[1]?.length ?? 0;
  const exponent = Number(match[2] ?? 0);
  // The halves are written out in decimal, since 5.4 - 0.05 is 5.3500000000000005 in binary.
  const half = `5e${exponent - decimals - 1}`;
  return { ok: true, value: { prefix, value, low: addDecimals(rest, `-${half}`), high: addDecimals(rest, half) } };
}

function addDecimals(a: string, b: string): number {
  const digits = (text: string) => {
    const [mantissa = '0', power = '0'] = text.toLowerCase().split('e');
    const fraction = mantissa.split('.')[1] ?? '';
    return { digits: BigInt(mantissa.replace('.', '').replace('+', '')), scale: fraction.length - Number(power) };
  };
  const left = digits(a);
  const right = digits(b);
  const scale = Math.max(left.scale, right.scale);
  const sum = left.digits * 10n ** BigInt(scale - left.scale) + right.digits * 10n ** BigInt(scale - right.scale);
  return Number(`${sum}e${-scale}`);
}

export function compileNumber(context: ParameterContext, queries: readonly NumberQuery[]): SqlFragment {
  const condition = joinSql(
    queries.map((query) => sql`(${compareNumber(sql`v.low`, sql`v.high`, query)})`),
    ' or ',
  );
  return hasValue(
    context.row,
    'quantity_value',
    context.plan.paths.map(({ stored }) => stored.hash),
    condition,
  );
}

type Comparison = (low: SqlFragment, high: SqlFragment, query: NumberQuery) => SqlFragment;

// R4 search §3.1.1.4.6. Only eq, ne and ap mind the precision of the number; the others take it as exact.
const comparisons: Readonly<Record<Prefix, Comparison>> = {
  eq: (low, high, query) => sql`${low} >= ${query.low} and ${high} < ${query.high}`,
  ne: (low, high, query) => sql`(${low} < ${query.low} or ${high} >= ${query.high})`,
  gt: (_low, high, query) => sql`${high} > ${query.value}`,
  lt: (low, _high, query) => sql`${low} < ${query.value}`,
  ge: (_low, high, query) => sql`${high} >= ${query.value}`,
  le: (low, _high, query) => sql`${low} <= ${query.value}`,
  sa: (low, _high, query) => sql`${low} > ${query.value}`,
  eb: (_low, high, query) => sql`${high} < ${query.value}`,
  ap: (low, high, query) => {
    const { low: from, high: to } = approximateNumber(query);
    return sql`${low} <= ${to} and ${high} >= ${from}`;
  },
};

export function compareNumber(low: SqlFragment, high: SqlFragment, query: NumberQuery): SqlFragment {
  return comparisons[query.prefix](low, high, query);
}

/** A tenth of the number on both sides: R4's recommendation for `ap`. */
function approximateNumber(query: NumberQuery): { readonly low: number; readonly high: number } {
  const margin = Math.abs(query.value) / 10;
  return { low: Math.min(query.low, query.value - margin), high: Math.max(query.high, query.value + margin) };
}
