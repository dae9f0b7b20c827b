import type { Expression, Measure } from '@medplum/fhirtypes';
import { findLibrary, type Libraries } from '../../cql/libraries.js';
import type { Registry } from '../../definitions/registry.js';
import { type Issue, isFailure, issue } from '../../fhir/outcome.js';
import { asObject, type FhirResource } from '../../fhir/resource.js';
import type { Terminology } from '../../terminology/terminology.js';
import { measureProgram } from '../program.js';
import { includeKey, type LibraryEntry } from './entry.js';
import { isOurs, type LaidLibraries } from './live-libraries.js';
import { expressionOf } from './shelf.js';
import { pinTerminology } from './terminology.js';
import { libraryText } from './text.js';

/**
 * What is to be said about a Library that is being written. Errors say that it can't be evaluated; they refuse it unless it is a draft, see `withLiveLibraries`.
 * A value set that isn't here is a warning only, since it may come after its library: an evaluation without it is refused by its name.
 */
export function judgeLibrary(
  entry: LibraryEntry,
  laid: LaidLibraries,
  parts: {
    readonly ours: Libraries;
    readonly registry: Registry;
    readonly terminology: Pick<Terminology, 'members'>;
    readonly coming: ReadonlySet<string>;
  },
): readonly Issue[] {
  const expression = expressionOf(entry);
  const name = includeKey({ name: entry.name, version: entry.cqlVersion });
  if (isOurs(parts.ours, entry)) {
    const own = findLibrary(parts.ours, name);
    if (own?.cqlHash === entry.hash) return [];
    return [issue('business-rule', 'library-on-board', libraryText.onBoard(name), { severity: 'warning', expression })];
  }
  const { packed, issues = [] } = laid.translated.get(entry) ?? {};
  const rival =
    entry.status === 'active' &&
    laid.entries.find(
      (other) =>
        other !== entry &&
        other.status === 'active' &&
        other.name === entry.name &&
        other.cqlVersion === entry.cqlVersion &&
        other.hash !== entry.hash &&
        other.url !== entry.url,
    );
  const taken = rival
    ? [issue('duplicate', 'library-name', libraryText.nameTaken(name, rival.url ?? `Library/${rival.id}`), { expression })]
    : [];
  const missing = packed
    ? pinTerminology(packed.library, parts.registry, parts.terminology).filter(
        ({ isMissing, type, url }) => isMissing && type === 'ValueSet' && !parts.coming.has(url),
      )
    : [];
  const absent = missing.map(({ url }) =>
    issue('not-found', 'library-value-set', libraryText.valueSetMissing(url), { severity: 'warning', expression }),
  );
  return [...issues, ...taken, ...absent];
}

/** What keeps a Measure from being evaluated, as warnings: it is stored all the same, and may be made whole by what comes after it. */
export function judgeMeasure(resource: FhirResource, { libraries }: Pick<LaidLibraries, 'libraries'>): readonly Issue[] {
  const measure = asObject(resource) as unknown as Measure;
  if (measure.library === undefined) return [];
  const made = measureProgram(measure);
  if (!made.ok) return made.issues.map((found) => ({ ...found, severity: 'warning' }));
  const { library: canonical, groups, values = [] } = made.value;
  const library = findLibrary(libraries, canonical)?.library;
  const severity = 'warning';
  if (!library)
    return [issue('not-found', 'measure-library', libraryText.measureLibrary(canonical), { severity, expression: 'Measure.library[0]' })];
  const defined = new Set((library.statements?.def ?? []).map(({ name }) => name));
  const named = new Set([...groups.flatMap(({ populations }) => populations.map(({ expression }) => expression)), ...values]);
  return [...named]
    .filter((name) => !defined.has(name))
    .map((name) =>
      issue('not-found', 'measure-criteria', libraryText.measureExpression(canonical, name), {
        severity,
        expression: criteriaPlace(measure, name),
      }),
    );
}

/** The first element of a Measure whose criteria name a definition. */
function criteriaPlace({ group = [], supplementalData = [] }: Measure, name: string): string {
  const isNamed = ({ criteria }: { readonly criteria?: Expression }): boolean => criteria?.expression?.replace(/^"(.*)"$/s, '$1') === name;
  for (const [at, { population = [], stratifier = [] }] of group.entries()) {
    for (const [kind, list] of Object.entries({ population, stratifier })) {
      const index = list.findIndex(isNamed);
      if (index >= 0) return `Measure.group[${at}].${kind}[${index}].criteria`;
    }
  }
  const index = supplementalData.findIndex(isNamed);
  return index < 0 ? 'Measure.group' : `Measure.supplementalData[${index}].criteria`;
}

/**
 * What a change would break that isn't itself written: active libraries that would no longer translate, and active Measures whose library would be gone. Refused with
 * 409, so that a report which came out yesterday comes out tomorrow.
 */
export function brokenByChange(
  before: LaidLibraries,
  after: LaidLibraries,
  touched: ReadonlySet<string>,
  measures: readonly Measure[],
): readonly Issue[] {
  const stood = new Map([...before.translated].map(([{ id }, { packed }]) => [id, packed !== undefined]));
  const libraries = after.entries.filter(
    (entry) =>
      entry.status === 'active' &&
      !touched.has(entry.id) &&
      stood.get(entry.id) === true &&
      after.translated.get(entry)?.packed === undefined,
  );
  const stranded = measures.filter(
    ({ library: [canonical] = [] }) =>
      canonical !== undefined &&
      findLibrary(before.libraries, canonical) !== undefined &&
      findLibrary(after.libraries, canonical) === undefined,
  );
  return [
    ...libraries.flatMap((entry) => [
      issue('conflict', 'library-dependent', libraryText.dependentBroken(includeKey({ name: entry.name, version: entry.cqlVersion })), {
        expression: 'Library',
      }),
      ...(after.translated.get(entry)?.issues ?? []).filter(isFailure),
    ]),
    ...stranded.map((measure) =>
      issue('conflict', 'library-used', libraryText.measureBroken(measure.url ?? `Measure/${measure.id}`, measure.library?.[0] ?? ''), {
        expression: 'Library',
      }),
    ),
  ];
}
