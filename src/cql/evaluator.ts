import { availableParallelism } from 'node:os';
import { type Issue, issue, type Result } from '../fhir/outcome.js';
import { identifier, joinSql, type SqlFragment, sql } from '../sql.js';
import type { FactCatalogue, FactSource } from './catalogue.js';
import { codeHash } from './code-hash.js';
import { type CompiledPlan, compilePlan, compileSql } from './compile.js';
import { CqlError } from './error.js';
import { findLibrary, type Libraries } from './libraries.js';
import { personKey } from './person-key.js';
import type { Plan } from './plan.js';
import type {
  AreaCount,
  CqlValue,
  EvaluationRun,
  MeasureEvaluator,
  MeasurementPeriod,
  MeasureProgram,
  PersonResult,
  Subjects,
} from './program.js';
import { type PlanReads, planReads } from './reads.js';
import { withAdditions } from './reference-job.js';
import { residentCounts } from './sql/persons.js';
import { literalTemporal } from './sql/temporal.js';
import { nullValue, type ScalarType, sqlFalse, sqlTrue, type Value } from './sql/value.js';
import type { SqlContext } from './sql/work.js';
import type { CompiledSql } from './sql.js';
import { cqlText } from './text.js';

type Rows = ReadonlyArray<Readonly<Record<string, unknown>>>;

/** What the evaluator needs of a database. */
export interface Queryable {
  query(statement: SqlFragment): Promise<Rows>;
  transaction<Value>(
    work: (connection: {
      query(statement: SqlFragment, options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<Rows>;
    }) => Promise<Value>,
  ): Promise<Value>;
}

export interface SqlOptions {
  readonly database: Queryable;
  readonly libraries: Libraries;
  readonly catalogue: FactCatalogue;
  /** Codes of a value set (canonical, maybe with version) as `system|code`; undefined where it can't be expanded. */
  members(valueSet: string): Iterable<string> | undefined;
  now(): number;
  /** Facts as they stood at an instant (ISO), for reports that are evaluated again. */
  readonly asOf?: string;
  /** How long a statement may take. */
  readonly timeoutMs?: number;
  /** From how many persons on a cohort may be found rare, whose rows are then looked up person by person (20,000). */
  readonly lookUpFrom?: number;
  /** Makes another plan of each: how a fault is planted, to see whether the check of agreement notices it. */
  rewrite?(plan: Plan): Plan;
}

/** Evaluates measures by SQL compiled from their CQL: all populations of a measure in one statement. */
export interface SqlEvaluator extends MeasureEvaluator {
  readonly kind: 'sql';
  /** Why a program can't be compiled, by ELM node and place; undefined where it can. The reference engine serves what is refused. */
  refusal(program: MeasureProgram): readonly Issue[] | undefined;
  /** What the program's values depend on: whom a write makes dirty, and whether the clock does. Undefined where the program can't be compiled. */
  reads(program: MeasureProgram): PlanReads | undefined;
  /** The statement for a period, without restriction of persons, for EXPLAIN. */
  statement(program: MeasureProgram, period: MeasurementPeriod): SqlFragment;
  /**
   * One row a person, for whoever keeps memberships: `shard, person, area, bits`, the bits as in `AreaCount`. Its text depends on nothing but the program, the
   * period's length in parts, and that of the restriction, so that it can be prepared. Throws CqlError.
   */
  memberships(program: MeasureProgram, period: MeasurementPeriod, of?: MembershipRestriction): SqlFragment;
}

export interface MembershipRestriction {
  /** Which persons, as a condition on the Patient's fact table under the alias `p`; everyone where absent. */
  readonly persons?: SqlFragment;
  /** The zone of them all in minutes east of UTC, where there is only one. */
  readonly zoneMinutes?: number;
}

export const periodParameter = 'Measurement Period';

export function sqlEvaluator(options: SqlOptions): SqlEvaluator {
  const plans = new Map<string, Result<CompiledPlan>>();
  return {
    kind: 'sql',
    refusal: (program) => {
      const made = tryCompile(program, { start: '2026-01-01', end: '2026-12-31' }, { kind: 'all' }, undefined);
      return made.ok ? undefined : made.issues;
    },
    reads: (program) => {
      const planned = planOf(program);
      return planned.ok ? planReads(planned.value.plan, options.members) : undefined;
    },
    statement: (program, period) => compiled(program, period, { kind: 'all' }, undefined).persons,
    memberships: (program, period, { persons, zoneMinutes } = {}) => {
      const { values: _, ...counted } = program;
      const planned = requirePlan(counted);
      const made = compileSql(planned, {
        ...context(period, { kind: 'all' }, zoneMinutes),
        ...cohortOf(program, planned),
        ...(persons ? { persons } : {}),
      });
      if (!made.ok) throw new CqlError(made.issues);
      return sql`select r.shard, r.person, r.area, ${bitsOf(made.value)} as bits from (${made.value.persons}) as r`;
    },
    async persons(program, period, subjects, limits) {
      requirePlan(program);
      const made = compiled(program, period, subjects, (await population(period, subjects, limits)).zoneMinutes);
      const rows = await run(subjects, sql`${made.persons} order by id`, limits);
      const places = resultColumns(made);
      return rows.map((row) => personResult(program, row, places, made));
    },
    async areas(program, period, subjects, limits) {
      const { values: _, ...counted } = program;
      requirePlan(counted);
      const residents = await population(period, subjects, limits);
      const { zoneMinutes, persons } = residents;
      const isCohortRare = await hasRareCohort(counted, period, subjects, residents, limits);
      const ranges = shardRanges(Math.max(availableParallelism(), Math.ceil(persons / personsPerPart)));
      const found: Rows[] = [];
      let next = 0;
      const work = async (): Promise<void> => {
        for (let shards = ranges[next++]; shards; shards = ranges[next++]) {
          const made = compiled(counted, period, subjects, zoneMinutes, { shards, isCounted: true, isCohortRare });
          found.push(await run(subjects, made.areas(bitsOf(made)), limits));
        }
      };
      await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work));
      return areaCounts(residents.areas, found.flat());
    },
  };

  /** Whether few are in the cohort, of those in the first shards: enough of them to tell. */
  async function hasRareCohort(
    program: MeasureProgram,
    period: MeasurementPeriod,
    subjects: Subjects,
    { zoneMinutes, persons }: Residents,
    limits?: EvaluationRun,
  ): Promise<boolean> {
    if (persons < (options.lookUpFrom ?? sampledPersons * 4)) return false;
    const shards = { from: 0, to: Math.ceil(shardCount * Math.min(1, sampledPersons / persons)) };
    const { cohortSize } = compiled(program, period, subjects, zoneMinutes, { shards, isCounted: true });
    if (!cohortSize) return false;
    const [row] = await run(subjects, cohortSize, limits);
    return Number(row?.['persons']) < sampledPersons * rareShare;
  }

  function compiled(
    program: MeasureProgram,
    period: MeasurementPeriod,
    subjects: Subjects,
    zoneMinutes: number | undefined,
    part: Part = {},
  ): CompiledSql {
    const made = tryCompile(program, period, subjects, zoneMinutes, part);
    if (!made.ok) throw new CqlError(made.issues);
    return made.value;
  }

  /** The program's plan, before anything is asked of the database. Throws CqlError. */
  function requirePlan(program: MeasureProgram): CompiledPlan {
    const planned = planOf(program);
    if (!planned.ok) throw new CqlError(planned.issues);
    return planned.value;
  }

  function tryCompile(
    program: MeasureProgram,
    period: MeasurementPeriod,
    subjects: Subjects,
    zoneMinutes: number | undefined,
    part: Part = {},
  ): Result<CompiledSql> {
    const planned = planOf(program);
    if (!planned.ok) return planned;
    const made = compileSql(planned.value, {
      ...context(period, subjects, zoneMinutes),
      ...cohortOf(program, planned.value),
      ...part,
    });
    if (!made.ok || program.values === undefined) return made;
    const refused = unreadableValues(program, planned.value, made.value);
    return refused.length === 0 ? made : { ok: false, issues: refused };
  }

  function planOf(program: MeasureProgram): Result<CompiledPlan> {
    const criteria = program.groups.flatMap((group) => group.populations.map(({ expression }) => expression));
    const expressions = [...criteria, ...(program.values ?? [])];
    const key = JSON.stringify([program.library, expressions, program.definitions, program.parameters]);
    const known = plans.get(key);
    if (known) return known;
    const libraries = withAdditions(options.libraries, program);
    const library = findLibrary(libraries, program.library)?.library;
    if (!library) return { ok: false, issues: [issue('not-found', 'cql', cqlText.missingLibrary(program.library))] };
    const missing = expressions.find((name) => !library.statements?.def?.some((definition) => definition.name === name));
    if (missing !== undefined)
      return { ok: false, issues: [issue('not-found', 'cql', cqlText.missingDefinition(program.library, missing))] };
    const compiledPlan = compilePlan(libraries, library, expressions, new Set([periodParameter]), options.catalogue);
    const made =
      options.rewrite && compiledPlan.ok
        ? { ok: true as const, value: { ...compiledPlan.value, plan: options.rewrite(compiledPlan.value.plan) } }
        : compiledPlan;
    plans.set(key, made);
    return made;
  }

  function context(period: MeasurementPeriod, subjects: Subjects, zoneMinutes: number | undefined): SqlContext {
    const patient: FactSource | undefined = options.catalogue.source('Patient');
    if (!patient) throw new Error('the catalogue has no fact table of Patient');
    const persons = personCondition(subjects);
    return {
      patient,
      ...(persons === undefined ? {} : { persons }),
      ...(zoneMinutes === undefined ? {} : { zoneMinutes }),
      ...(options.asOf === undefined ? {} : { asOf: options.asOf }),
      now: new Date(options.now()).toISOString().slice(0, -1),
      parameters: new Map([[periodParameter, periodValue(period)]]),
      members: (valueSet) => {
        const found = options.members(valueSet);
        return found && [...found].map((key) => codeHash(key.slice(0, key.lastIndexOf('|')), key.slice(key.lastIndexOf('|') + 1)));
      },
    };
  }

  /**
   * Runs the statement with settings that fit it. Its lists are CTEs of which the planner can't guess the size; for whole populations a nested loop over one
   * is the one mistake that costs minutes instead of seconds, while every join in it can be hashed.
   */
  async function run(subjects: Subjects, statement: SqlFragment, limits: EvaluationRun = {}): Promise<Rows> {
    return options.database.transaction(async (connection) => {
      await connection.query(sql`set local jit = off`);
      await connection.query(sql`set local work_mem = '64MB'`);
      await connection.query(sql`set local max_parallel_workers_per_gather = 0`);
      if (subjects.kind !== 'persons') await connection.query(sql`set local enable_nestloop = off`);
      const { signal, timeoutMs = options.timeoutMs ?? 600_000 } = limits;
      return connection.query(statement, { timeoutMs, ...(signal === undefined ? {} : { signal }) });
    });
  }

  /** Who is asked for: how many live where, and the zone that everyone lives in where there is only one. */
  async function population(period: MeasurementPeriod, subjects: Subjects, limits?: EvaluationRun): Promise<Residents> {
    const areas = await run(subjects, residentCounts(context(period, subjects, undefined)), limits);
    const zones = new Set(areas.flatMap((row) => [Number(row['lowest']), Number(row['highest'])]));
    const [zone] = zones;
    return {
      areas,
      persons: areas.reduce((sum, row) => sum + Number(row['persons']), 0),
      zoneMinutes: zones.size === 1 ? zone : undefined,
    };
  }
}

interface Residents {
  /** `area, persons`. */
  readonly areas: Rows;
  readonly persons: number;
  readonly zoneMinutes: number | undefined;
}

/** What the statement for a part of the population differs in. */
type Part = Pick<SqlContext, 'shards' | 'isCounted' | 'isCohortRare'>;

/**
 * Nobody counts who is in no initial population (R4 clinical reasoning, Measure §13.10.4): its definitions come first, and the others are evaluated of the rest only.
 * Not so where items are counted, or a group has none.
 */
function cohortOf({ groups, basis }: MeasureProgram, { keys }: CompiledPlan): Pick<SqlContext, 'cohort'> {
  const places = groups.flatMap(({ populations }) => populations);
  const isInitial = ({ code }: { readonly code: string }): boolean => code === 'initial-population';
  const isWhole =
    basis === undefined &&
    groups.every(({ populations }) => populations.some(isInitial)) &&
    places.every(({ items }) => items === undefined);
  if (!isWhole) return {};
  return { cohort: [...new Set(places.flatMap((population, place) => (isInitial(population) ? (keys[place] ?? []) : [])))] };
}

function personCondition(subjects: Subjects): SqlFragment | undefined {
  switch (subjects.kind) {
    case 'all':
      return undefined;
    case 'persons':
      return sql`p.person = any(${subjects.ids.map(personKey)}::uuid[])`;
    case 'areas': {
      const ranges = subjects.prefixes.map((prefix) => sql`p.area >= ${prefix} and p.area < ${`${prefix}~`}`);
      return ranges.length === 0 ? sqlFalse : sql`(${joinSql(ranges, ' or ')})`;
    }
  }
}

/** From the first to the last millisecond of the period's days, on everyone's wall clock. */
export function periodValue(period: MeasurementPeriod): Value {
  const low = literalTemporal('DateTime', [...period.start.split('-').map(Number), 0, 0, 0, 0]);
  const high = literalTemporal('DateTime', [...period.end.split('-').map(Number), 23, 59, 59, 999]);
  return { shape: 'interval', low: low ?? nullValue, high: high ?? nullValue, lowClosed: sqlTrue, highClosed: sqlTrue, absent: sqlFalse };
}

/** The criteria of a row `r` as one number, the first criterion its lowest bit. */
function bitsOf(made: CompiledSql): SqlFragment {
  const bits = resultColumns(made).map((name, place) =>
    name === undefined ? sql`0` : sql`(case when ${identifier(`r.${name}`)} then ${String(2 ** place)}::bigint else 0 end)`,
  );
  const sum = joinSql(
    bits.map((bit, place) => (place === 0 ? bit : sql`+ ${bit}`)),
    ' ',
  );
  return sql`(${sum})::bigint`;
}

/** Output column of each definition; undefined where it is always null. */
function resultColumns(made: CompiledSql): ReadonlyArray<string | undefined> {
  return made.columns.map(([name]) => name);
}

function personResult(
  program: MeasureProgram,
  row: Readonly<Record<string, unknown>>,
  places: ReadonlyArray<string | undefined>,
  { values }: Pick<CompiledSql, 'values'>,
): PersonResult {
  let place = 0;
  const populations = program.groups.map((group) =>
    group.populations.map(() => {
      const name = places[place];
      place += 1;
      return name !== undefined && row[name] === true;
    }),
  );
  const area = row['area'];
  const found: Record<string, CqlValue> = {};
  for (const name of program.values ?? []) {
    const column = places[place];
    const value = values[place];
    found[name] = column === undefined ? null : plainValue(row[column], value?.shape === 'scalar' ? value.type : 'String');
    place += 1;
  }
  return {
    person: String(row['id']),
    ...(typeof area === 'string' ? { area } : {}),
    populations,
    ...(program.values === undefined ? {} : { values: found }),
  };
}

/** A column as the reference engine would say it. */
function plainValue(value: unknown, type: ScalarType): CqlValue {
  if (value === null || value === undefined) return null;
  if (type === 'Boolean') return value === true;
  return type === 'Integer' || type === 'Decimal' ? Number(value) : String(value);
}

/** Values that a column can't tell: lists, intervals, codes and the like are the reference engine's. */
function unreadableValues(program: MeasureProgram, { plan, keys }: CompiledPlan, { values }: CompiledSql): readonly Issue[] {
  const names = program.values ?? [];
  const first = keys.length - names.length;
  return names.flatMap((name, index) => {
    const shape = plan.lists.has(keys[first + index] ?? '') ? 'list' : (values[first + index]?.shape ?? 'null');
    if (shape === 'scalar' || shape === 'null') return [];
    return [issue('not-supported', 'cql', cqlText.refused(name, program.library, `a value of the kind ${shape}`))];
  });
}

type ShardRange = NonNullable<SqlContext['shards']>;

/** Persons don't depend on each other: parts of the population are evaluated beside each other, each small enough for its joins to stay in memory. */
function shardRanges(parts: number): readonly ShardRange[] {
  const edge = (place: number): number => Math.round((shardCount * place) / parts);
  return Array.from({ length: parts }, (_, place) => ({ from: edge(place), to: edge(place + 1) }));
}

const personsPerPart = 150_000;
/** So many persons tell whether a cohort is rare, and up to which share of them looking each up beats reading all rows. */
const sampledPersons = 5000;
const rareShare = 0.1;
const shardCount = 4096;

/** Rows of all parts, summed, beside all who live there: whom no part tells of has no bits. */
function areaCounts(residents: Rows, rows: Rows): readonly AreaCount[] {
  const sums = new Map<string | undefined, Map<number, number>>();
  const add = (row: Rows[number], bits: number, persons: number): void => {
    const area = typeof row['area'] === 'string' ? row['area'] : undefined;
    const counts = sums.get(area) ?? new Map<number, number>();
    sums.set(area, counts.set(bits, (counts.get(bits) ?? 0) + persons));
  };
  for (const row of residents) add(row, 0, Number(row['persons']));
  for (const row of rows) {
    add(row, 0, -Number(row['persons']));
    add(row, Number(row['bits']), Number(row['persons']));
  }
  return [...sums]
    .flatMap(([area, counts]) =>
      [...counts]
        .filter(([, persons]) => persons > 0)
        .map(([bits, persons]) => ({ ...(area === undefined ? {} : { area }), bits, persons })),
    )
    .sort((a, b) => compareKeys(sortKey(a), sortKey(b)));
}

function sortKey({ area, bits }: AreaCount): string {
  return `${area ?? '~'} ${bits}`;
}

function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
