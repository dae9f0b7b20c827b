import { type SqlFragment, sql } from '../../sql.js';
import type { Database, TransactionConnection } from '../../store/database.js';
import { type KeptMeasure, readDirectory, setState } from '../../store/kept/directory.js';
import { tryKeptWork } from '../../store/kept/lock.js';
import { handOn, type Mark, readMarks, removeMarks } from '../../store/kept/marks.js';
import { type CounterChange, moveCounters } from '../../store/kept/members.js';
import type { PersonKeys, PlanMove } from './moves.js';
import type { KeptProgram } from './programs.js';

/** What a batch did. */
export interface Refreshed {
  /** Persons whose members were looked at. */
  readonly persons: number;
  readonly marks: number;
  /** Counters that changed. */
  readonly changes: number;
  /** Whether a new generation took its place. */
  readonly promoted: boolean;
}

export interface RefreshParts {
  readonly database: Database;
  readonly planMove: PlanMove;
  /** Marks of one batch at most. */
  readonly limit: number;
}

/** A few persons are found by their keys whatever the tables look like; for many the planner is asked anew. */
const fewPersons = 200;
const statementTimeoutMs = 600_000;

/**
 * Takes a batch of dirty persons and brings members and counters of every generation up to them, in one transaction with the removal of the marks that it has
 * read: what is written meanwhile has marks of its own. Undefined where another process does this work right now.
 */
export async function refreshBatch(parts: RefreshParts, programs: ReadonlyMap<string, KeptProgram>): Promise<Refreshed | undefined> {
  const { database, limit } = parts;
  return database.transaction(async (connection) => {
    if (!(await tryKeptWork(connection, database, 'move'))) return undefined;
    const marks = await readMarks(connection, limit);
    // After the marks: a generation whose filling isn't begun yet will see what they mean.
    const directory = await readDirectory(connection);
    const alive = directory.filter(({ state }) => state === 'current' || state === 'built');
    const unknown = alive.filter((kept) => !programs.has(programKey(kept)));
    if (unknown.length > 0) {
      await connection.query(
        setState(
          unknown.map(({ generation }) => generation),
          'retired',
        ),
      );
    }
    const changes = marks.length === 0 ? [] : await moveAll(parts, connection, alive, marks, programs);
    if (changes.length > 0) await connection.query(moveCounters(changes));
    const building = directory.filter(({ state }) => state === 'building').map(({ generation }) => generation);
    const forAll = marks.filter(({ generation }) => generation === 0);
    for (const statement of handOn(forAll, building)) await connection.query(statement);
    if (marks.length > 0) await connection.query(removeMarks(marks), { name: true });
    const promoted = await promote(connection, directory);
    return { persons: new Set(marks.map(({ person }) => person)).size, marks: marks.length, changes: changes.length, promoted };
  });
}

/** Under which a generation's program is found: another definition of the same measure isn't it. */
export function programKey({ measure, hash }: Pick<KeptMeasure, 'measure' | 'hash'>): string {
  return `${measure} ${hash}`;
}

async function moveAll(
  { planMove }: RefreshParts,
  connection: TransactionConnection,
  alive: readonly KeptMeasure[],
  marks: readonly Mark[],
  programs: ReadonlyMap<string, KeptProgram>,
): Promise<readonly CounterChange[]> {
  await connection.query(sql`set local work_mem = '64MB'`, { timeoutMs: statementTimeoutMs });
  const concerns = concernedBy(marks);
  const moves: Array<{ readonly generation: number; readonly few: boolean; readonly statement: SqlFragment }> = [];
  for (const kept of alive) {
    const program = programs.get(programKey(kept));
    const batch = program === undefined ? undefined : concerns(kept.generation, program.touches);
    if (program === undefined || batch === undefined || batch.persons.length === 0) continue;
    const statement = await planMove(connection, program, kept.generation, kept, batch);
    moves.push({ generation: kept.generation, few: batch.persons.length <= fewPersons, statement });
  }
  const changes: CounterChange[] = [];
  for (const few of [true, false]) {
    const chosen = moves.filter((move) => move.few === few);
    if (chosen.length === 0) continue;
    await connection.query(few ? sql`set local plan_cache_mode = force_generic_plan` : sql`set local plan_cache_mode = force_custom_plan`);
    const answers = await Promise.all(chosen.map(({ statement }) => connection.query(statement, { name: few })));
    for (const [index, rows] of answers.entries()) {
      for (const row of rows) {
        changes.push({
          generation: chosen[index]?.generation ?? 0,
          area: String(row['area']),
          bits: String(row['bits']),
          stratum: String(row['stratum']),
          n: Number(row['n']),
        });
      }
    }
  }
  return changes;
}

/** Which of the marked persons concern a generation whose program reads these touches. */
export function concernedBy(marks: readonly Mark[]): (generation: number, touches: ReadonlySet<string> | undefined) => PersonKeys {
  const people = new Map<string, { readonly shard: number; readonly touched: Set<string>; readonly only: Set<number> }>();
  for (const { shard, person, generation, touched } of marks) {
    let known = people.get(person);
    if (known === undefined) {
      known = { shard, touched: new Set(), only: new Set() };
      people.set(person, known);
    }
    if (generation !== 0) known.only.add(generation);
    else for (const touch of touched) known.touched.add(touch);
  }
  const byTouch = new Map<string, Set<string>>();
  for (const [person, { touched }] of people) {
    for (const touch of touched) {
      const concerned = byTouch.get(touch);
      if (concerned === undefined) byTouch.set(touch, new Set([person]));
      else concerned.add(person);
    }
  }
  const shardOf = (person: string): number => people.get(person)?.shard ?? 0;
  const onlyOf = new Map<number, string[]>();
  for (const [person, { only }] of people) {
    for (const generation of only) {
      const concerned = onlyOf.get(generation);
      if (concerned === undefined) onlyOf.set(generation, [person]);
      else concerned.push(person);
    }
  }
  return (generation, touches) => {
    const found = new Set<string>(onlyOf.get(generation));
    // From the shorter list: a plan may read thousands of codes, a batch may hold hundreds.
    for (const [touch, concerned] of byTouch) {
      if (touches === undefined || touches.has(touch)) for (const person of concerned) found.add(person);
    }
    const persons = [...found];
    return { shards: persons.map(shardOf), persons };
  };
}

/** Puts generations in their place that are built and have missed nothing. */
async function promote(connection: TransactionConnection, directory: readonly KeptMeasure[]): Promise<boolean> {
  const built = directory.filter(({ state }) => state === 'built');
  if (built.length === 0) return false;
  const rows = await connection.query(sql`
    select distinct generation from dirty_person where generation = any(${`{${built.map(({ generation }) => generation).join(',')}}`}::int[])`);
  const waiting = new Set(rows.map(({ generation }) => Number(generation)));
  const ready = built.filter(({ generation }) => !waiting.has(generation));
  const replaced = directory.filter((kept) =>
    ready.some((one) => one.measure === kept.measure && one.period === kept.period && kept.generation < one.generation && isPlaced(kept)),
  );
  await connection.query(
    setState(
      replaced.map(({ generation }) => generation),
      'retired',
    ),
  );
  await connection.query(
    setState(
      ready.map(({ generation }) => generation),
      'current',
    ),
  );
  return ready.length > 0;
}

function isPlaced({ state }: KeptMeasure): boolean {
  return state === 'current' || state === 'built';
}
