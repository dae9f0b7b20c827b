import type { Registry } from '../../definitions/registry.js';
import type { Text } from '../../fhir/outcome.js';
import { identifier, type SqlFragment, sql } from '../../sql.js';
import type { Terminology } from '../../terminology/terminology.js';
import type { ParameterPlan } from '../plan.js';

/** What the compilers of the kinds of parameters work with. */
export interface ParameterContext {
  /** Alias of the `resource` row that the clause is about. */
  readonly row: string;
  readonly plan: ParameterPlan;
  /** Epoch milliseconds, for `ap` on dates. */
  readonly now: number;
  readonly zoneMinutes: number;
  readonly ownBases: readonly string[];
  readonly registry: Registry;
  readonly terminology?: Terminology;
}

/** A value that was read, or what was expected in its place. */
export type ParsedValue<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly expected: Text };

/** A fault here is a fault of ours: parse.ts has checked each value before. */
export function checked<Value>(parsed: ParsedValue<Value>): Value {
  if (!parsed.ok) throw new Error(`search value was not checked: ${parsed.expected.en}`);
  return parsed.value;
}

export function column(row: string, name: string): SqlFragment {
  return identifier(`${row}.${name}`);
}

/** True where the row holds any of the tokens; false, not null, where there is none to hold. */
export function hasAnyToken(row: string, tokens: readonly string[]): SqlFragment {
  if (tokens.length === 0) return sql`false`;
  const list = `{${[...new Set(tokens)].join(',')}}`;
  return tokens.length === 1 ? sql`${column(row, 'tokens')} @> ${list}::bigint[]` : sql`${column(row, 'tokens')} && ${list}::bigint[]`;
}

/**
 * Joins a row of a narrow table, or of another alias of `resource`, to its resource. On a cluster the equality of `shard` belongs here too; on one node it
 * would only mislead the planner, which takes the two equalities for independent.
 */
export function sameResource(row: string, resource: string): SqlFragment {
  return sql`${column(row, 'key')} = ${column(resource, 'key')}`;
}

/** Joins a reference to the resource it leads to; the same holds of `target_shard`. */
export function leadsTo(reference: string, resource: string): SqlFragment {
  return sql`${column(reference, 'target')} = ${column(resource, 'key')}`;
}

/** True where a row of a narrow table that belongs to the resource meets `condition`, in which the table is called `v`. */
export function hasValue(row: string, table: string, hashes: readonly number[], condition: SqlFragment): SqlFragment {
  return sql`exists (select 1 from ${identifier(table)} v where ${sameResource('v', row)} and v.parameter = any(${intArray(hashes)}::int[]) and (${condition}))`;
}

export function intArray(values: readonly number[]): string {
  return `{${values.join(',')}}`;
}
