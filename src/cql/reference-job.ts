import { type ElmLibrary, text } from './elm.js';
import { addLibrary, findLibrary, type Libraries, libraryClosure, type PackedLibrary } from './libraries.js';
import type { CqlValue, MeasurementPeriod, MeasureProgram } from './program.js';
import type { ReferencePerson } from './reference.js';
import { referencedValueSets } from './value-sets.js';

/** A parameter's value on its way to the reference engine. */
export type JobParameter =
  | { readonly kind: 'plain'; readonly value: boolean | number | string }
  | { readonly kind: 'period'; readonly period: MeasurementPeriod }
  /** CQL's own text of a Date or DateTime on the wall clock. */
  | { readonly kind: 'date' | 'dateTime'; readonly text: string }
  | { readonly kind: 'quantity'; readonly value: number; readonly unit?: string }
  | { readonly kind: 'code'; readonly code: string; readonly system?: string; readonly display?: string };

/** Everything the reference engine's thread needs to evaluate definitions of one library: plain data, so that it can be sent there. */
export interface ReferenceJob {
  readonly library: string;
  /** The library and all that it includes. */
  readonly libraries: readonly PackedLibrary[];
  /** Codes as `system|code` by `url` or `url|version`; those that can't be expanded are absent. */
  readonly valueSets: ReadonlyMap<string, readonly string[]>;
  readonly parameters: Readonly<Record<string, JobParameter>>;
  /** Definitions of which only membership is asked. */
  readonly criteria: readonly string[];
  /** Definitions of which the value is asked; all of the library with `all`. */
  readonly values: readonly string[] | 'all';
  /** Epoch milliseconds of Now(), the same for every person. */
  readonly now: number;
}

/** What the thread found of one person. */
export interface JobResult {
  readonly person: string;
  readonly area?: string;
  readonly criteria: readonly boolean[];
  readonly values: Readonly<Record<string, CqlValue>>;
}

/** To the thread, and back. */
export type JobMessage =
  | { readonly kind: 'job'; readonly job: ReferenceJob }
  | { readonly kind: 'persons'; readonly persons: readonly ReferencePerson[] };

/** A job over `libraries`: the primary library with everything that it includes, and the value sets that they name. */
export function referenceJob(
  options: { readonly libraries: Libraries; members(valueSet: string): Iterable<string> | undefined },
  job: Omit<ReferenceJob, 'libraries' | 'valueSets'>,
): ReferenceJob {
  const libraries = libraryClosure(options.libraries, job.library);
  const valueSets = new Map<string, readonly string[]>();
  for (const { url, version } of libraries.flatMap(({ library }) => referencedValueSets(library))) {
    const name = version === undefined ? url : `${url}|${version}`;
    const members = options.members(name);
    if (members) valueSets.set(name, [...members]);
  }
  return { ...job, libraries, valueSets };
}

/** The libraries with what a program adds to its primary one: definitions, and values of parameters. */
export function withAdditions(
  libraries: Libraries,
  { library: canonical, definitions = [], parameters = {} }: Pick<MeasureProgram, 'library' | 'definitions' | 'parameters'>,
): Libraries {
  const found = findLibrary(libraries, canonical);
  if (!found || (definitions.length === 0 && Object.keys(parameters).length === 0)) return libraries;
  const { library } = found;
  const changed = new Map(libraries);
  const declared = (library.parameters?.def ?? []).map((definition) => {
    const value = Object.hasOwn(parameters, definition.name) ? parameters[definition.name] : undefined;
    return value ? { ...definition, default: value } : definition;
  });
  const statements = { def: [...(library.statements?.def ?? []), ...definitions] };
  addLibrary(changed, { ...found, library: { ...library, parameters: { def: declared }, statements } });
  return changed;
}

/** Names of the definitions of a library that have a value, in its order: no functions, and not the Patient itself. */
export function definitionNames(library: ElmLibrary): readonly string[] {
  return (library.statements?.def ?? [])
    .filter((node) => node.type !== 'FunctionDef' && text(node, 'name') !== 'Patient')
    .map(({ name }) => name);
}
