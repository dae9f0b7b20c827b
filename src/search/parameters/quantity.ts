import { joinSql, type SqlFragment, sql } from '../../sql.js';
import { searchText } from '../text.js';
import { canonicalQuantity } from '../units.js';
import { hasValue, type ParameterContext, type ParsedValue } from './context.js';
import { compareNumber, type NumberQuery, parseNumber } from './number.js';
import { splitUnescaped, unescapeValue } from './split.js';

/** `5.4` | `5.4|system|code` | `5.4||code`. */
export interface QuantityQuery {
  readonly number: NumberQuery;
  readonly system?: string;
  readonly code?: string;
  /** The number in the canonical UCUM unit, where it has one. */
  readonly canonical?: { readonly unit: string; readonly number: NumberQuery };
}

export function parseQuantity(raw: string): ParsedValue<QuantityQuery> {
  const parts = splitUnescaped(raw, '|').map(unescapeValue);
  const number = parseNumber(parts[0] ?? '');
  if (!number.ok || (parts.length !== 1 && parts.length !== 3)) return { ok: false, expected: searchText.expected.quantity };
  const system = parts[1] === '' ? undefined : parts[1];
  const code = parts[2] === '' ? undefined : parts[2];
  if (system !== undefined && code === undefined) return { ok: false, expected: searchText.expected.quantity };
  const range = canonicalQuantity(system, code, number.value.low, number.value.high);
  const exact = canonicalQuantity(system, code, number.value.value, number.value.value);
  return {
    ok: true,
    value: {
      number: number.value,
      ...(system === undefined ? {} : { system }),
      ...(code === undefined ? {} : { code }),
      ...(range === undefined || exact === undefined
        ? {}
        : { canonical: { unit: range.unit, number: { prefix: number.value.prefix, value: exact.low, low: range.low, high: range.high } } }),
    },
  };
}

export function compileQuantity(context: ParameterContext, queries: readonly QuantityQuery[]): SqlFragment {
  return hasValue(
    context.row,
    'quantity_value',
    context.plan.paths.map(({ stored }) => stored.hash),
    joinSql(
      queries.map((query) => sql`(${compareQuantity(query)})`),
      ' or ',
    ),
  );
}

function compareQuantity({ number, system, code, canonical }: QuantityQuery): SqlFragment {
  if (canonical !== undefined)
    return sql`v.unit = ${canonical.unit} and ${compareNumber(sql`v.unit_low`, sql`v.unit_high`, canonical.number)}`;
  const compared = compareNumber(sql`v.low`, sql`v.high`, number);
  if (code === undefined) return compared;
  if (system === undefined) return sql`(v.code = ${code} or v.unit_text = ${code}) and ${compared}`;
  return sql`v.system = ${system} and v.code = ${code} and ${compared}`;
}
