import cqlExecution from 'cql-execution';
import { issue } from '../fhir/outcome.js';
import { asObject, type FhirResource } from '../fhir/resource.js';
import type { ElmLibrary } from './elm.js';
import { CqlError } from './error.js';
import { FhirRecords } from './fhir-object.js';
import { findLibrary, type Libraries } from './libraries.js';
import { localResource, wallClock, wallClockOffset } from './local-time.js';
import {
  areaCounts,
  type MeasureEvaluator,
  type MeasurementPeriod,
  type MeasureProgram,
  type PersonResult,
  type Subjects,
} from './program.js';
import { cqlText } from './text.js';
import { referencedValueSets } from './value-sets.js';

/** One person with the current versions of everything in the Patient compartment, the Patient among it. */
export interface ReferencePerson {
  readonly id: string;
  readonly area?: string;
  /** Minutes east of UTC of the village's zone. */
  readonly zoneMinutes: number;
  readonly resources: readonly FhirResource[];
}

export interface ReferenceOptions {
  readonly libraries: Libraries;
  /** Codes of a value set (canonical, maybe with version) as `system|code`; undefined where it can't be expanded. */
  members(valueSet: string): Iterable<string> | undefined;
  /** The persons asked for, in batches, so that a nation needn't fit into memory. */
  loadPersons(subjects: Subjects): AsyncIterable<readonly ReferencePerson[]>;
  /** Milliseconds since the epoch, for Now() and Today(). */
  now(): number;
}

/**
 * Evaluates any CQL with cql-execution, one person after the other: exact by definition and slow.
 * Every instant of a person is put on the wall clock of the person's village first, so that local dates, literals and the period speak of the same clock.
 * Resources are ordered by type and id, so that First, Last and equal sort keys take the same rows as the compiled SQL.
 */
export function referenceEvaluator(options: ReferenceOptions): MeasureEvaluator {
  return {
    kind: 'reference',
    persons: async (program, period, subjects) => {
      const run = prepare(options, program, period);
      const results: PersonResult[] = [];
      for await (const batch of options.loadPersons(subjects)) {
        for (const person of batch) results.push(await run(person));
      }
      return results.sort((a, b) => (a.person < b.person ? -1 : 1));
    },
    areas: async (program, period, subjects) => {
      const run = prepare(options, program, period);
      const results: PersonResult[] = [];
      for await (const batch of options.loadPersons(subjects)) {
        for (const person of batch) results.push(await run(person));
      }
      return areaCounts(results);
    },
  };
}

function prepare(
  options: ReferenceOptions,
  program: MeasureProgram,
  period: MeasurementPeriod,
): (person: ReferencePerson) => Promise<PersonResult> {
  const engine = referenceLibrary(options, program.library);
  const parameters = { 'Measurement Period': periodInterval(period) };
  const expressions = program.groups.map((group) => group.populations.map((population) => population.expression));
  for (const name of expressions.flat()) {
    if (!engine.has(name)) throw new CqlError([issue('not-found', 'cql', cqlText.missingDefinition(program.library, name))]);
  }
  return async (person) => {
    const values = await engine.evaluate(person, [...new Set(expressions.flat())], parameters, options.now());
    return {
      person: person.id,
      ...(person.area === undefined ? {} : { area: person.area }),
      populations: expressions.map((group) => group.map((name) => isMember(values.get(name)))),
    };
  };
}

/** A population criterion counts when it is true, or when it is a list that isn't empty. */
export function isMember(value: unknown): boolean {
  return value === true || (Array.isArray(value) && value.length > 0);
}

/** A library ready for evaluation, with the libraries that it includes and the codes of its value sets. */
export interface ReferenceLibrary {
  has(expression: string): boolean;
  /** Values of the named definitions, as cql-execution's own objects. Rejects when the CQL itself raises an error. */
  evaluate(
    person: ReferencePerson,
    expressions: readonly string[],
    parameters: Readonly<Record<string, unknown>>,
    now: number,
  ): Promise<ReadonlyMap<string, unknown>>;
}

export function referenceLibrary(options: Pick<ReferenceOptions, 'libraries' | 'members'>, canonical: string): ReferenceLibrary {
  const main = findLibrary(options.libraries, canonical)?.library;
  if (!main) throw new CqlError([issue('not-found', 'cql', cqlText.missingLibrary(canonical))]);
  const all = [...withIncluded(options.libraries, main)];
  const repository = new cqlExecution.Repository(all.map((library) => ({ library })));
  const library = new cqlExecution.Library({ library: main }, repository);
  const codes = new cqlExecution.CodeService(valueSetDictionary(all, options.members));
  const listener = new cqlExecution.NullMessageListener();
  return {
    has: (expression) => library.expressions[expression] !== undefined,
    evaluate: async (person, expressions, parameters, now) => {
      const context = new cqlExecution.PatientContext(
        library,
        recordsOf(person) as unknown as ConstructorParameters<typeof cqlExecution.PatientContext>[1],
        codes,
        parameters,
        dateTime(now + person.zoneMinutes * 60_000),
        listener,
      );
      const values = new Map<string, unknown>();
      try {
        for (const name of expressions) values.set(name, await library.expressions[name].execute(context));
      } catch (error) {
        // What one person's data provoke in the engine: named with its place, and an error of the evaluation, not of the server.
        const reason = error instanceof Error ? error.message.replace(/\s+/g, ' ') : String(error);
        throw new CqlError([issue('processing', 'cql', cqlText.evaluation(canonical, reason))]);
      }
      return values;
    },
  };
}

/** The library and all that it includes, directly or not: the engine prepares every library that it is given. */
function withIncluded(libraries: Libraries, main: ElmLibrary, found = new Set<ElmLibrary>()): ReadonlySet<ElmLibrary> {
  if (found.has(main)) return found;
  found.add(main);
  for (const { path, version } of main.includes?.def ?? []) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const included = findLibrary(libraries, version === undefined ? name : `${name}|${version}`)?.library;
    if (included) withIncluded(libraries, included, found);
  }
  return found;
}

function recordsOf({ resources, zoneMinutes }: ReferencePerson): FhirRecords {
  const sorted = [...resources].sort((a, b) => (orderKey(a) < orderKey(b) ? -1 : 1));
  return new FhirRecords(sorted.map((resource) => asObject(localResource(resource, zoneMinutes))));
}

function orderKey(resource: FhirResource): string {
  return `${resource.resourceType} ${resource.id ?? ''}`;
}

function valueSetDictionary(
  libraries: readonly ElmLibrary[],
  members: ReferenceOptions['members'],
): Record<string, Record<string, Array<{ code: string; system: string }>>> {
  const dictionary: Record<string, Record<string, Array<{ code: string; system: string }>>> = {};
  for (const { url, version } of libraries.flatMap(referencedValueSets)) {
    const codes = members(version === undefined ? url : `${url}|${version}`);
    if (!codes) throw new CqlError([issue('not-found', 'cql', cqlText.missingValueSet(url))]);
    const list = [...codes].map((key) => ({ system: key.slice(0, key.lastIndexOf('|')), code: key.slice(key.lastIndexOf('|') + 1) }));
    dictionary[url] = { ...dictionary[url], [version ?? '']: list };
  }
  return dictionary;
}

/** The period from the first to the last millisecond of its days, on the wall clock. */
export function periodInterval(period: MeasurementPeriod): unknown {
  return new cqlExecution.Interval(
    dateTime(Date.parse(`${period.start}T00:00:00.000Z`)),
    dateTime(Date.parse(`${period.end}T23:59:59.999Z`)),
    true,
    true,
  );
}

/** A cql-execution DateTime that shows the UTC fields of `ms` as wall clock. */
function dateTime(ms: number): InstanceType<typeof cqlExecution.DateTime> {
  const found = cqlExecution.DateTime.parse(wallClock(ms));
  if (!found) throw new Error(`not an instant: ${ms} at offset ${wallClockOffset()}`);
  return found;
}
