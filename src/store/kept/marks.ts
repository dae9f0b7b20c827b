import { type SqlFragment, sql } from '../../sql.js';
import type { Connection } from '../database.js';
import { type Column, insertStatement, type RowStatement, rowStatement } from '../write/columns.js';

/** A dirty person as read. */
export interface Mark {
  readonly shard: number;
  readonly person: string;
  readonly write: string;
  /** 0, or the only generation that it still concerns. */
  readonly generation: number;
  /** Epoch milliseconds of the write. */
  readonly at: number;
  /** As `FactWriter.touches` says them. */
  readonly touched: readonly string[];
}

/** The oldest marks, those left out that only concern generations that are still being built. */
export async function readMarks(connection: Connection, limit: number): Promise<readonly Mark[]> {
  const rows = await connection.query(
    sql`
      select shard, person, write_id, generation, at, touched::text as touched
      from dirty_person
      where generation = 0 or generation in (select k.generation from kept_measure k where k.state in ('built', 'current'))
      order by at
      limit ${limit}::int`,
    { name: true },
  );
  return rows.map((row) => ({
    shard: Number(row['shard']),
    person: String(row['person']),
    write: String(row['write_id']),
    generation: Number(row['generation']),
    at: Number(row['at']),
    touched: String(row['touched']).slice(1, -1).split(',').filter(Boolean),
  }));
}

/** How many marks there are and when the oldest was made (epoch milliseconds). */
export async function markCount(connection: Connection): Promise<{ readonly count: number; readonly oldest?: number }> {
  const [row] = await connection.query(sql`select count(*)::int as count, min(at) as oldest from dirty_person`, { name: true });
  const oldest = row?.['oldest'] ?? null;
  return { count: Number(row?.['count'] ?? 0), ...(oldest === null ? {} : { oldest: Number(oldest) }) };
}

const key: readonly Column<Mark>[] = [
  { name: 'shard', type: 'int', of: ({ shard }) => shard },
  { name: 'person', type: 'uuid', of: ({ person }) => person },
  { name: 'write_id', type: 'uuid', of: ({ write }) => write },
  { name: 'generation', type: 'int', of: ({ generation }) => generation },
];

/** Removes just these marks; one that a write has made meanwhile stays. */
export const removeMarks: RowStatement<Mark> = rowStatement(
  key,
  (source) => sql`
    delete from dirty_person d
    using ${source}
    where d.shard = r.shard and d.person = r.person and d.write_id = r.write_id and d.generation = r.generation`,
);

const insert = insertStatement(
  'dirty_person',
  [
    ...key,
    { name: 'at', type: 'bigint', of: ({ at }) => at },
    { name: 'touched', type: 'bigint[]', of: ({ touched }) => `{${touched.join(',')}}` },
  ] satisfies readonly Column<Mark>[],
  'on conflict do nothing',
);

/** Leaves marks for generations that are being built, which can't see yet what they mean. */
export function handOn(marks: readonly Mark[], generations: readonly number[]): readonly SqlFragment[] {
  const handed = generations.flatMap((generation) => marks.map((mark) => ({ ...mark, generation })));
  return handed.length === 0 ? [] : [insert(handed)];
}

/** Marks everyone whose facts lie in the zone: the clock has moved on for them. */
export function markZone(generation: number, zoneMinutes: number, write: string, at: number): SqlFragment {
  return sql`
    insert into dirty_person (shard, person, write_id, generation, at, touched)
    select shard, person, ${write}::uuid, ${generation}::int, ${at}::bigint, '{}'
    from fact_person
    where valid_to = 'infinity' and zone = ${zoneMinutes}::int`;
}
