import { joinSql, type SqlFragment, sql } from '../../sql.js';
import type { Connection } from '../database.js';

/** How many members of a generation and an area have which criteria and values. */
export interface KeptCount {
  readonly generation: number;
  /** Empty for people without a village. */
  readonly area: string;
  readonly bits: number;
  readonly stratum: string;
  readonly persons: number;
}

/** Everyone, or the people of areas by prefixes of their codes. */
export type KeptAreas = 'all' | readonly string[];

/** Counters of generations, areas cut to `digits` (10: villages). */
export async function readCounts(
  connection: Connection,
  generations: readonly number[],
  areas: KeptAreas,
  digits = 10,
): Promise<readonly KeptCount[]> {
  if (generations.length === 0 || areas.length === 0) return [];
  const chosen = sql`c.generation = any(${`{${generations.join(',')}}`}::int[]) and c.n <> 0 and ${inAreas(areas)}`;
  const rows = await connection.query(
    digits === 10
      ? sql`select c.generation, c.area, c.bits, c.stratum, c.n as persons from counter c where ${chosen}`
      : sql`
          select c.generation, left(c.area, ${digits}::int) as area, c.bits, c.stratum, sum(c.n)::int as persons
          from counter c
          where ${chosen}
          group by 1, 2, 3, 4`,
  );
  return rows.map((row) => ({
    generation: Number(row['generation']),
    area: String(row['area']),
    bits: Number(row['bits']),
    stratum: String(row['stratum']),
    persons: Number(row['persons']),
  }));
}

function inAreas(areas: KeptAreas): SqlFragment {
  if (areas === 'all') return sql`true`;
  // A village's code is a key of the table; a shorter code is a range of it.
  const villages = areas.filter((area) => area.length === 10);
  const larger = areas.filter((area) => area.length !== 10);
  const conditions = [
    ...(villages.length > 0 ? [sql`c.area = any(${villages}::text[])`] : []),
    ...larger.map((area) => sql`(c.area >= ${area} and c.area < ${`${area}~`})`),
  ];
  return conditions.length === 0 ? sql`false` : sql`(${joinSql(conditions, ' or ')})`;
}
