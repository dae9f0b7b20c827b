import { type SqlFragment, sql } from '../../sql.js';
import { batchTable } from './gather.js';
import { type Blank, statementTemplate } from './template.js';

/** A change of a counter: `n` persons more (or fewer) of an area have these bits and values. */
export interface CounterChange {
  readonly generation: number;
  /** Empty for people without a village. */
  readonly area: string;
  readonly bits: string;
  readonly stratum: string;
  readonly n: number;
}

const generation: Blank = Symbol('generation');

export type MemberMove = (generation: number) => SqlFragment;

/**
 * Brings the members of a generation up to `fresh` (rows `shard, person, area, bits, stratum`; who has no bit isn't kept) for the batch that `gatherFacts` laid out, and answers how
 * its counters change by that: `area, bits, stratum, n`. To be made once for each generation's definition.
 */
export function memberMove(fresh: SqlFragment): MemberMove {
  const fill = statementTemplate(sql`
    with fresh_member as materialized (
      select f.shard, f.person, coalesce(f.area, '') as area, f.bits, f.stratum from (${fresh}) f where f.bits <> 0
    ),
    -- By their keys, row by row, whatever joins are allowed: the table holds everyone of every generation.
    old_member as materialized (
      select m.place, b.shard, b.person, m.area, m.bits, m.stratum
      from ${batchTable} b
      cross join lateral (
        select m.ctid as place, m.area, m.bits, m.stratum
        from member m
        where m.shard = b.shard and m.generation = ${generation}::int and m.person = b.person
        offset 0
      ) m
    ),
    gone as (
      delete from member m
      where m.ctid = any(array(
        select o.place from old_member o
        where not exists (select from fresh_member f where f.shard = o.shard and f.person = o.person)
      ))
    ),
    put as (
      insert into member (shard, generation, person, area, bits, stratum)
      select f.shard, ${generation}::int, f.person, f.area, f.bits, f.stratum
      from fresh_member f
      where not exists (
        select from old_member o
        where o.shard = f.shard and o.person = f.person and o.area = f.area and o.bits = f.bits and o.stratum = f.stratum
      )
      on conflict (shard, generation, person) do update set area = excluded.area, bits = excluded.bits, stratum = excluded.stratum
    )
    select d.area, d.bits::text as bits, d.stratum, sum(d.n)::int as n
    from (
      select area, bits, stratum, 1 as n from fresh_member
      union all
      select area, bits, stratum, -1 as n from old_member
    ) d
    group by d.area, d.bits, d.stratum
    having sum(d.n) <> 0`);
  return (generationNumber) => fill(new Map<Blank, unknown>([[generation, generationNumber]]));
}

/** Fills a generation that is empty with everyone whom `memberships` (rows `shard, person, area, bits`) gives a bit. */
export function fillMembers(generationNumber: number, memberships: SqlFragment): SqlFragment {
  return sql`
    insert into member (shard, generation, person, area, bits, stratum)
    select f.shard, ${generationNumber}::int, f.person, coalesce(f.area, ''), f.bits, ''
    from (${memberships}) f
    where f.bits <> 0`;
}

/** Counts the members of a generation that has no counters yet. */
export function fillCounters(generationNumber: number): SqlFragment {
  return sql`
    insert into counter (generation, area, bits, stratum, n)
    select generation, area, bits, stratum, count(*)::int
    from member
    where generation = ${generationNumber}::int
    group by generation, area, bits, stratum`;
}

/** Moves counters. No key may come twice. */
export function moveCounters(changes: readonly CounterChange[]): SqlFragment {
  return sql`
    insert into counter (generation, area, bits, stratum, n)
    select c.generation, c.area, c.bits, c.stratum, c.n
    from json_to_recordset(${JSON.stringify(changes)}::json) as c(generation int, area text, bits bigint, stratum text, n int)
    on conflict (generation, area, bits, stratum) do update set n = counter.n + excluded.n`;
}

/** A generation's members told from JSON: rows `shard, person, area, bits, stratum`, for evaluators that answer with people instead of SQL. */
export interface ToldMember {
  readonly shard: number;
  readonly person: string;
  readonly area?: string;
  readonly bits: string;
  readonly stratum: string;
}

export function toldMembers(members: readonly ToldMember[]): SqlFragment {
  return sql`
    select t.shard, t.person, t.area, t.bits, t.stratum
    from json_to_recordset(${JSON.stringify(members)}::json) as t(shard int, person uuid, area text, bits bigint, stratum text)`;
}

/** Adds members that were told, to a generation that doesn't have them. */
export function fillToldMembers(generationNumber: number, members: readonly ToldMember[]): SqlFragment {
  return sql`
    insert into member (shard, generation, person, area, bits, stratum)
    select t.shard, ${generationNumber}::int, t.person, coalesce(t.area, ''), t.bits, t.stratum
    from (${toldMembers(members)}) t`;
}
