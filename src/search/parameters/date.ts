import { temporalRange } from '../../fhir/date.js';
import { joinSql, type SqlFragment, sql } from '../../sql.js';
import type { Prefix } from '../request.js';
import { searchText } from '../text.js';
import type { Bounds } from '../values.js';
import { column, hasValue, type ParameterContext, type ParsedValue } from './context.js';
import { splitPrefix } from './prefix.js';
import { unescapeValue } from './split.js';

export interface DateQuery extends Bounds {
  readonly prefix: Prefix;
}

export function parseDate(raw: string, zoneMinutes: number): ParsedValue<DateQuery> {
  const { prefix, rest } = splitPrefix(unescapeValue(raw.trim()));
  // A plus sign of a zone that wasn't encoded arrives as a space.
  const range = temporalRange(rest.replace(/ (?=\d{2}:\d{2}$)/, '+'), zoneMinutes);
  return range === undefined
    ? { ok: false, expected: searchText.expected.date }
    : { ok: true, value: { prefix, low: range.low, high: range.high } };
}

/** Some date of the resource stands to one of the queries as its prefix says. */
export function compileDate(context: ParameterContext, queries: readonly DateQuery[]): SqlFragment {
  const own = context.plan.paths.some(({ stored }) => stored.isMainDate);
  const hashes = context.plan.paths.filter(({ stored }) => !stored.isMainDate).map(({ stored }) => stored.hash);
  const parts: SqlFragment[] = [];
  if (own) parts.push(compareAll(column(context.row, 'date_low'), column(context.row, 'date_high'), queries, context.now));
  if (hashes.length > 0) parts.push(hasValue(context.row, 'date_value', hashes, compareAll(sql`v.low`, sql`v.high`, queries, context.now)));
  return sql`(${joinSql(parts, ' or ')})`;
}

/** The same for one instant, such as lastUpdated. */
export function compileInstant(instant: SqlFragment, queries: readonly DateQuery[], now: number): SqlFragment {
  return sql`(${compareAll(instant, instant, queries, now)})`;
}

function compareAll(low: SqlFragment, high: SqlFragment, queries: readonly DateQuery[], now: number): SqlFragment {
  return joinSql(
    queries.map((query) => compareDate(low, high, query, now)),
    ' or ',
  );
}

type Comparison = (low: SqlFragment, high: SqlFragment, from: number, to: number) => SqlFragment;

// R4 search §3.1.1.4.6: how the range of the resource's value, `low` to `high`, stands to the range of the search's value, `from` to `to`, all inclusive.
const comparisons: Readonly<Record<Exclude<Prefix, 'ap'>, Comparison>> = {
  eq: (low, high, from, to) => sql`${low} >= ${from} and ${high} <= ${to}`,
  ne: (low, high, from, to) => sql`(${low} < ${from} or ${high} > ${to})`,
  gt: (_low, high, _from, to) => sql`${high} > ${to}`,
  lt: (low, _high, from) => sql`${low} < ${from}`,
  ge: (low, high, from, to) => sql`(${high} > ${to} or (${low} >= ${from} and ${high} <= ${to}))`,
  le: (low, high, from, to) => sql`(${low} < ${from} or (${low} >= ${from} and ${high} <= ${to}))`,
  sa: (low, _high, _from, to) => sql`${low} > ${to}`,
  eb: (_low, high, from) => sql`${high} < ${from}`,
};

export function compareDate(low: SqlFragment, high: SqlFragment, query: DateQuery, now: number): SqlFragment {
  if (query.prefix !== 'ap') return comparisons[query.prefix](low, high, query.low, query.high);
  const { from, to } = approximateDate(query, now);
  return sql`${low} <= ${to} and ${high} >= ${from}`;
}

/** A tenth of the time between now and the date, on both sides: R4's recommendation for `ap`. */
function approximateDate(query: Bounds, now: number): { readonly from: number; readonly to: number } {
  const distance = now > query.high ? now - query.high : now < query.low ? query.low - now : 0;
  const margin = Math.round(distance / 10);
  return { from: query.low - margin, to: query.high + margin };
}
