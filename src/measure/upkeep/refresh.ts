import { sql } from '../../sql.js';
import type { Database, Row, TransactionConnection } from '../../store/database.js';
import { type KeptMeasure, readDirectory, setState } from '../../store/kept/directory.js';
import { gatherFacts, schemaFirst } from '../../store/kept/gather.js';
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
  /** Names of the tables that compiled measures read. */
  readonly factTables: readonly string[];
  /** Marks of one batch at most. */
  readonly limit: number;
}

const statementsAtOnce = 20;
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
  { database, planMove, factTables }: RefreshParts,
  connection: TransactionConnection,
  alive: readonly KeptMeasure[],
  marks: readonly Mark[],
  programs: ReadonlyMap<string, KeptProgram>,
): Promise<readonly CounterChange[]> {
  await connection.query(sql`set local work_mem = '64MB'`, { timeoutMs: statementTimeoutMs });
  const concerns = concernedBy(marks);
  const concerned = alive.flatMap((kept) => {
    const program = programs.get(programKey(kept));
    const batch = program && concerns(kept.generation, program.touches);
    return program && batch && batch.persons.length > 0 ? [{ kept, program }] : [];
  });
  const everyone = concerns.everyone();
  if (concerned.length === 0) return [];
  await gatherFacts(connection, database.schema, factTables, everyone);
  const changes: CounterChange[] = [];
  for (const some of chunks(concerned, statementsAtOnce)) {
    const answers = await Promise.all(
      some.map(async ({ kept, program }) => {
        const statement = await planMove(connection, program, kept.generation, kept, everyone);
        return {
          generation: kept.generation,
          rows: await connection.query(statement, { name: program.inDatabase && !program.followsClock }),
        };
      }),
    );
    for (const { generation, rows } of answers) for (const row of rows) changes.push(changeOf(generation, row));
  }
  await connection.query(schemaFirst);
  return changes;
}

function changeOf(generation: number, row: Row): CounterChange {
  return {
    generation,
    area: String(row['area']),
    bits: String(row['bits']),
    stratum: String(row['stratum']),
    n: Number(row['n']),
  };
}

function chunks<Item>(items: readonly Item[], size: number): ReadonlyArray<readonly Item[]> {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}

/** Which of the marked persons concern a generation whose program reads these touches; and all of them. */
export interface Concerned {
  (generation: number, touches: ReadonlySet<string> | undefined): PersonKeys;
  everyone(): PersonKeys;
}

/** Which of the marked persons concern a generation whose program reads these touches. */
export function concernedBy(marks: readonly Mark[]): Concerned {
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
  const onlyOf = new Map<number, string[]>();
  for (const [person, { only }] of people) {
    for (const generation of only) {
      const concerned = onlyOf.get(generation);
      if (concerned === undefined) onlyOf.set(generation, [person]);
      else concerned.push(person);
    }
  }
  const keysOf = (persons: readonly string[]): PersonKeys => ({ shards: persons.map((person) => people.get(person)?.shard ?? 0), persons });
  const concerned = (generation: number, touches: ReadonlySet<string> | undefined): PersonKeys => {
    const found = new Set<string>(onlyOf.get(generation));
    // From the shorter list: a plan may read thousands of codes, a batch may hold hundreds.
    for (const [touch, touched] of byTouch) {
      if (touches === undefined || touches.has(touch)) for (const person of touched) found.add(person);
    }
    return keysOf([...found]);
  };
  return Object.assign(concerned, { everyone: () => keysOf([...people.keys()]) });
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
