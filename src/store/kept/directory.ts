import { type SqlFragment, sql } from '../../sql.js';
import type { Connection, Row } from '../database.js';

/** How far a generation is; see the table's migration. */
export type KeptState = 'queued' | 'building' | 'built' | 'current' | 'closed' | 'retired';

/** A measure in a period, as its members and counters are kept. */
export interface KeptMeasure {
  readonly generation: number;
  /** `url|version`. */
  readonly measure: string;
  /** `2026`, `2026-01`. */
  readonly period: string;
  /** Local days, both inclusive. */
  readonly start: string;
  readonly end: string;
  readonly hash: string;
  readonly state: KeptState;
  /** Epoch milliseconds, as all instants here. */
  readonly createdAt: number;
  readonly nextChange?: number;
  readonly closedAt?: number;
}

const columns = sql`generation, measure, period, period_start, period_end, hash, state, created_at, next_change, closed_at`;

/** All generations, the oldest first. */
export async function readDirectory(connection: Connection): Promise<readonly KeptMeasure[]> {
  const rows = await connection.query(sql`select ${columns} from kept_measure order by generation`, { name: true });
  return rows.map(keptOf);
}

/** The generations in whose counters a measure's numbers for a period stand: one a definition. */
export async function readCurrent(connection: Connection, measure: string, start: string, end: string): Promise<readonly KeptMeasure[]> {
  const rows = await connection.query(
    sql`
      select ${columns}
      from kept_measure
      where measure = ${measure} and period_start = ${start} and period_end = ${end} and state = 'current'`,
    { name: true },
  );
  return rows.map(keptOf);
}

/** The generations that pages show for a period: those that are current, and the closed ones. */
export async function readPeriod(connection: Connection, start: string, end: string): Promise<readonly KeptMeasure[]> {
  const rows = await connection.query(
    sql`
      select ${columns}
      from kept_measure
      where period_start = ${start} and period_end = ${end} and state in ('current', 'closed')
      order by generation desc`,
    { name: true },
  );
  return rows.map(keptOf);
}

function keptOf(row: Row): KeptMeasure {
  return {
    generation: Number(row['generation']),
    measure: String(row['measure']),
    period: String(row['period']),
    start: String(row['period_start']),
    end: String(row['period_end']),
    hash: String(row['hash']),
    state: String(row['state']) as KeptState,
    createdAt: Number(row['created_at']),
    ...(row['next_change'] === null ? {} : { nextChange: Number(row['next_change']) }),
    ...(row['closed_at'] === null ? {} : { closedAt: Number(row['closed_at']) }),
  };
}

/** Adds generations with the numbers that follow the highest; only under the lock of the one who keeps. Returns the numbers, in order. */
export async function addGenerations(
  connection: Connection,
  generations: ReadonlyArray<Omit<KeptMeasure, 'generation'>>,
): Promise<readonly number[]> {
  const [last] = await connection.query(sql`select coalesce(max(generation), 0) as last from kept_measure`);
  const first = Number(last?.['last']) + 1;
  const rows = generations.map((one, index) => ({ ...one, generation: first + index }));
  await connection.query(sql`
    insert into kept_measure (generation, measure, period, period_start, period_end, hash, state, created_at, next_change, closed_at)
    select r.generation, r.measure, r.period, r.start, r."end", r.hash, r.state, r."createdAt", r."nextChange", r."closedAt"
    from json_to_recordset(${JSON.stringify(rows)}::json) as r(
      generation int, measure text, period text, start text, "end" text, hash text, state text, "createdAt" bigint, "nextChange" bigint, "closedAt" bigint
    )`);
  return rows.map(({ generation }) => generation);
}

/** Moves generations on. */
export function setState(generations: readonly number[], state: KeptState): SqlFragment {
  return sql`update kept_measure set state = ${state} where generation = any(${list(generations)}::int[])`;
}

/** Remembers when the clock next changes a generation. */
export function setNextChange(generation: number, nextChange: number | undefined): SqlFragment {
  return sql`update kept_measure set next_change = ${nextChange ?? null}::bigint where generation = ${generation}::int`;
}

/** Leaves a generation's counters as they are given, for good: to be sent in order. */
export function closeGeneration(
  generation: number,
  closedAt: number,
  counts: ReadonlyArray<{ readonly area?: string; readonly bits: number; readonly persons: number }>,
): readonly SqlFragment[] {
  return [
    sql`delete from member where generation = ${generation}::int`,
    sql`delete from counter where generation = ${generation}::int`,
    sql`
      insert into counter (generation, area, bits, stratum, n)
      select ${generation}::int, coalesce(c.area, ''), c.bits, '', c.persons
      from json_to_recordset(${JSON.stringify(counts)}::json) as c(area text, bits bigint, persons int)`,
    sql`update kept_measure set state = 'closed', closed_at = ${closedAt}::bigint where generation = ${generation}::int`,
  ];
}

/** Forgets everything that was kept but what is closed for good: to be sent in order. */
export function forgetKept(): readonly SqlFragment[] {
  return [
    sql`truncate dirty_person, member`,
    sql`delete from counter where generation in (select generation from kept_measure where state <> 'closed')`,
    sql`delete from kept_measure where state <> 'closed'`,
  ];
}

/** Removes generations with all that belongs to them: to be sent in order. */
export function removeGenerations(generations: readonly number[]): readonly SqlFragment[] {
  const gone = list(generations);
  return [
    sql`delete from member where generation = any(${gone}::int[])`,
    sql`delete from counter where generation = any(${gone}::int[])`,
    sql`delete from dirty_person where generation = any(${gone}::int[])`,
    sql`delete from kept_measure where generation = any(${gone}::int[])`,
  ];
}

function list(numbers: readonly number[]): string {
  return `{${numbers.join(',')}}`;
}
