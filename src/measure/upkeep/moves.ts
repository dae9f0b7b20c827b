import type { SqlEvaluator } from '../../cql/evaluator.js';
import type { CqlValue, MeasurementPeriod, PersonResult } from '../../cql/program.js';
import { type SqlFragment, sql } from '../../sql.js';
import type { Connection } from '../../store/database.js';
import { type MemberMove, memberMove, type ToldMember, toldMembers } from '../../store/kept/members.js';
import type { KeptProgram } from './programs.js';

/** Persons as fact tables know them, by the same index. */
export interface PersonKeys {
  readonly shards: readonly number[];
  readonly persons: readonly string[];
}

/** How members of a generation are brought up to date: the statement that moves them for a batch whose facts are gathered. */
export type PlanMove = (
  connection: Connection,
  kept: KeptProgram,
  generation: number,
  period: MeasurementPeriod,
  batch: PersonKeys,
) => Promise<SqlFragment>;

/**
 * Makes the statements that move members, and remembers those that stay the same. A measure that is compiled is evaluated inside the statement; another one
 * by its engine, person by person, and told to the statement.
 */
export function createMoves(compiled: () => SqlEvaluator): PlanMove {
  const known = new Map<string, MemberMove>();
  return async (connection, kept, generation, period, batch) => {
    if (!kept.inDatabase) {
      const members = await evaluatedMembers(connection, kept, period, batch);
      return memberMove(toldMembers(members))(generation);
    }
    // Where Today is asked for, the text holds the day.
    if (kept.followsClock) return compiledMove(kept, period)(generation);
    const key = `${kept.hash} ${period.start} ${period.end}`;
    let move = known.get(key);
    if (move === undefined) {
      if (known.size > movesLimit) known.clear();
      move = compiledMove(kept, period);
      known.set(key, move);
    }
    return move(generation);
  };

  function compiledMove({ program }: KeptProgram, period: MeasurementPeriod): MemberMove {
    const statement = compiled().memberships(program, period);
    return memberMove(sql`select r.shard, r.person, r.area, r.bits, '' as stratum from (${statement}) r`);
  }
}

const movesLimit = 2000;

/** Members among some persons, as the measure's engine finds them. */
export async function evaluatedMembers(
  connection: Connection,
  { program, engine }: KeptProgram,
  period: MeasurementPeriod,
  { shards, persons }: PersonKeys,
): Promise<readonly ToldMember[]> {
  const rows = await connection.query(sql`
    select p.shard, p.person, p.resource_id as id
    from unnest(${`{${shards.join(',')}}`}::int[], ${`{${persons.join(',')}}`}::uuid[]) b(shard, person)
    join fact_person p on p.shard = b.shard and p.person = b.person and p.valid_to = 'infinity'`);
  const keys = new Map(rows.map((row) => [String(row['id']), { shard: Number(row['shard']), person: String(row['person']) }]));
  if (keys.size === 0) return [];
  const results = await engine.evaluator.persons(program, period, { kind: 'persons', ids: [...keys.keys()] });
  return results.flatMap((result) => {
    const key = keys.get(result.person);
    const bits = result.populations.flat().reduce((mask, met, index) => (met ? mask + 2 ** index : mask), 0);
    if (key === undefined || bits === 0) return [];
    return [{ ...key, ...(result.area === undefined ? {} : { area: result.area }), bits: String(bits), stratum: stratumOf(result) }];
  });
}

/** A person's values as one text; empty where none are asked for. */
function stratumOf({ values }: Pick<PersonResult, 'values'>): string {
  return values === undefined ? '' : JSON.stringify(Object.entries(values).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** The values again; undefined of an empty text. */
export function valuesOf(stratum: string): Readonly<Record<string, CqlValue>> | undefined {
  return stratum === ''
    ? undefined
    : (Object.fromEntries(JSON.parse(stratum) as ReadonlyArray<readonly [string, CqlValue]>) as Record<string, CqlValue>);
}
