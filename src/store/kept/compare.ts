import { type SqlFragment, sql } from '../../sql.js';
import type { Connection } from '../database.js';

/** What a row says: as it is kept, or as it should be; absent where there is no such row. */
export interface KeptRow {
  readonly area: string;
  readonly bits: number;
  readonly stratum: string;
}

export interface MemberDifference {
  readonly shard: number;
  /** The person's key in facts, which tells nothing of the person. */
  readonly person: string;
  readonly kept?: KeptRow;
  readonly anew?: KeptRow;
}

export interface CounterDifference extends KeptRow {
  readonly kept: number;
  readonly anew: number;
}

/**
 * Members of a generation that differ from `fresh` (rows `shard, person, area, bits, stratum`, evaluated just now), in order of key, at most `limit`. Who is marked is
 * left out: the marks will see to it.
 */
export async function differingMembers(
  connection: Connection,
  generation: number,
  fresh: SqlFragment,
  limit: number,
): Promise<readonly MemberDifference[]> {
  const rows = await connection.query(
    sql`
      with anew as materialized (
        select f.shard, f.person, coalesce(f.area, '') as area, f.bits, f.stratum from (${fresh}) f where f.bits <> 0
      ),
      kept as materialized (
        select m.shard, m.person, m.area, m.bits, m.stratum from member m where m.generation = ${generation}::int
      )
      select coalesce(a.shard, k.shard) as shard, coalesce(a.person, k.person)::text as person,
        a.area as anew_area, a.bits as anew_bits, a.stratum as anew_stratum, k.area as kept_area, k.bits as kept_bits, k.stratum as kept_stratum
      from anew a
      full join kept k on k.shard = a.shard and k.person = a.person
      where (a.area, a.bits, a.stratum) is distinct from (k.area, k.bits, k.stratum)
        and not exists (
          select from dirty_person d
          where d.shard = coalesce(a.shard, k.shard) and d.person = coalesce(a.person, k.person) and d.generation in (0, ${generation}::int)
        )
      order by 1, 2
      limit ${limit}::int`,
    { timeoutMs: 3_600_000 },
  );
  return rows.map((row) => {
    const side = (name: string): KeptRow | undefined =>
      row[`${name}_bits`] === null
        ? undefined
        : { area: String(row[`${name}_area`]), bits: Number(row[`${name}_bits`]), stratum: String(row[`${name}_stratum`]) };
    const [kept, anew] = [side('kept'), side('anew')];
    return { shard: Number(row['shard']), person: String(row['person']), ...(kept ? { kept } : {}), ...(anew ? { anew } : {}) };
  });
}

/** Counters of a generation that aren't the sum of its members. */
export async function differingCounters(connection: Connection, generation: number): Promise<readonly CounterDifference[]> {
  const rows = await connection.query(
    sql`
      select area, bits, stratum, coalesce(c.n, 0) as kept, coalesce(m.n, 0) as anew
      from (select area, bits, stratum, n from counter where generation = ${generation}::int and n <> 0) c
      full join (
        select area, bits, stratum, count(*)::int as n from member where generation = ${generation}::int group by area, bits, stratum
      ) m using (area, bits, stratum)
      where c.n is distinct from m.n
      order by 1, 2, 3`,
    { timeoutMs: 600_000 },
  );
  return rows.map((row) => ({
    area: String(row['area']),
    bits: Number(row['bits']),
    stratum: String(row['stratum']),
    kept: Number(row['kept']),
    anew: Number(row['anew']),
  }));
}
