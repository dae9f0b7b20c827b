import type { AreaCount, MeasurementPeriod, MeasureProgram, Subjects } from '../../cql/program.js';
import { touchesRead } from '../../facts/touch.js';
import { sql } from '../../sql.js';
import type { Connection, Database } from '../../store/database.js';
import { type KeptAreas, type KeptCount, readCounts } from '../../store/kept/counts.js';
import { type KeptMeasure, readCurrent } from '../../store/kept/directory.js';
import { batchTable, gatherFacts } from '../../store/kept/gather.js';
import { readMarks } from '../../store/kept/marks.js';
import type { PersonKeys } from './moves.js';
import type { ProgramParts } from './programs.js';
import { concernedBy } from './refresh.js';

export interface ReadParts extends ProgramParts {
  readonly database: Pick<Database, 'schema' | 'query' | 'transaction'>;
  /** Names of the tables that compiled measures read. */
  readonly factTables: readonly string[];
  /** Epoch milliseconds. */
  clock(): number;
  /** The hash of a program, remembered. */
  hashOf(program: MeasureProgram): string;
}

/** Beyond so many dirty persons everyone is as fast. */
const mostDirty = 2000;

/**
 * What a program counts, out of the counters where it is kept: put right by those whose marks still wait, who are evaluated here, in the same snapshot. So the numbers
 * are those of a direct evaluation, always. Undefined where the program or period isn't kept, for single persons, and where too many marks wait.
 */
export async function keptAreas(
  parts: ReadParts,
  program: MeasureProgram,
  period: MeasurementPeriod,
  subjects: Subjects,
): Promise<readonly AreaCount[] | undefined> {
  if (subjects.kind === 'persons' || program.basis !== undefined || program.values !== undefined) return undefined;
  return parts.database.transaction(async (connection) => {
    await connection.query(sql`set transaction isolation level repeatable read`);
    const kept = await currentGeneration(parts, connection, program, period);
    if (kept === undefined) return undefined;
    const marks = await readMarks(connection, mostDirty + 1);
    if (marks.length > mostDirty) return undefined;
    const reads = parts.compiled().reads(program);
    const areas: KeptAreas = subjects.kind === 'all' ? 'all' : subjects.prefixes;
    const dirty = await livingIn(connection, kept, areas, concernedBy(marks)(kept.generation, reads && touchesRead(reads)));
    const counts = await readCounts(connection, [kept.generation], areas);
    const changes = dirty.persons.length === 0 ? [] : await changesOf(parts, connection, kept, program, period, dirty);
    return sum([...counts, ...changes.filter(({ area }) => isIn(area, areas))]);
  });
}

/** The generation that answers for a program now; none while it is being computed anew, and none past the midnight that changes it. */
async function currentGeneration(
  parts: ReadParts,
  connection: Connection,
  program: MeasureProgram,
  period: MeasurementPeriod,
): Promise<KeptMeasure | undefined> {
  const found = await readCurrent(connection, program.measure, period.start, period.end);
  if (found.length === 0) return undefined;
  const hash = parts.hashOf(program);
  return found.find((kept) => kept.hash === hash && (kept.nextChange === undefined || kept.nextChange > parts.clock()));
}

/** Those who live in the areas now, or are counted there. */
async function livingIn(
  connection: Connection,
  { generation }: KeptMeasure,
  areas: KeptAreas,
  { shards, persons }: PersonKeys,
): Promise<PersonKeys> {
  if (areas === 'all' || persons.length === 0) return { shards, persons };
  const patterns = areas.map((prefix) => `${prefix}%`);
  const rows = await connection.query(sql`
    select b.shard, b.person::text as person
    from unnest(${`{${shards.join(',')}}`}::int[], ${`{${persons.join(',')}}`}::uuid[]) b(shard, person)
    where exists (
      select from fact_person p
      where p.shard = b.shard and p.person = b.person and p.valid_to = 'infinity' and p.area like any(${patterns}::text[])
    ) or exists (
      select from member m
      where m.shard = b.shard and m.generation = ${generation}::int and m.person = b.person and m.area like any(${patterns}::text[])
    )`);
  return { shards: rows.map(({ shard }) => Number(shard)), persons: rows.map(({ person }) => String(person)) };
}

/** How the counters will change by the marked persons. */
async function changesOf(
  { compiled, database, factTables }: ReadParts,
  connection: Connection,
  { generation }: KeptMeasure,
  program: MeasureProgram,
  period: MeasurementPeriod,
  dirty: PersonKeys,
): Promise<readonly KeptCount[]> {
  await gatherFacts(connection, database.schema, factTables, dirty);
  const fresh = compiled().memberships(program, period);
  const rows = await connection.query(sql`
    select area, bits, sum(n)::int as n
    from (
      select coalesce(f.area, '') as area, f.bits, 1 as n from (${fresh}) f where f.bits <> 0
      union all
      select m.area, m.bits, -1 as n
      from ${batchTable} b
      cross join lateral (
        select m.area, m.bits from member m
        where m.shard = b.shard and m.generation = ${generation}::int and m.person = b.person
        offset 0
      ) m
    ) change
    group by area, bits
    having sum(n) <> 0`);
  return rows.map((row) => ({ generation, area: String(row['area']), bits: Number(row['bits']), stratum: '', persons: Number(row['n']) }));
}

function isIn(area: string, areas: KeptAreas): boolean {
  return areas === 'all' || areas.some((prefix) => area.startsWith(prefix));
}

/** Counts by area and bits, in order of area, those of nobody left out. */
export function sum(counts: readonly KeptCount[]): readonly AreaCount[] {
  const found = new Map<string, { readonly area: string; readonly bits: number; persons: number }>();
  for (const { area, bits, persons } of counts) {
    const key = `${area === '' ? '~' : area} ${bits}`;
    const known = found.get(key);
    if (known) known.persons += persons;
    else found.set(key, { area, bits, persons });
  }
  return [...found]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([, { area, bits, persons }]) => (persons === 0 ? [] : [area === '' ? { bits, persons } : { area, bits, persons }]));
}
