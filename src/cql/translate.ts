import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import {
  CqlCompilerOptions,
  CqlTranslator,
  createLibrarySourceProvider,
  createModelInfoProvider,
  createUcumService,
  LibraryManager,
  ModelManager,
  stringAsSource,
} from '@cqframework/cql/cql-to-elm';
import ucum from '@lhncbc/ucum-lhc';
import { type Issue, issue, type Result } from '../fhir/outcome.js';
import { children, type ElmLibrary, type ElmNode, text } from './elm.js';
import { cqlExcerpt } from './excerpt.js';
import { fhirHelpers } from './fhir-helpers.js';
import { quietly } from './quietly.js';
import { systemModelInfo } from './system-model.js';
import { cqlText } from './text.js';

const fhirModelVersion = '4.0.1';

const fhirModelInfo: string = createRequire(import.meta.url)(`cql-exec-fhir/lib/modelInfos/fhir-modelinfo-${fhirModelVersion}.xml.js`);

/** The library FHIRHelpers that every translation can include. */
export const helpersSource: string = fhirHelpers(fhirModelInfo, fhirModelVersion);

/** SHA-256 of the model infos that texts are translated by, in hex: that of FHIR as published, and that of CQL's own types. */
export const modelInfoHash: string = createHash('sha256').update(fhirModelInfo).update(systemModelInfo).digest('hex');

/** CQL texts by library name, for `include`. */
export type CqlSources = ReadonlyMap<string, string>;

/**
 * ELM of a CQL library. Libraries that it includes are taken from `sources`; FHIRHelpers is always there.
 * Every error of the text comes back as an issue with line and column, and with the line itself in `diagnostics`. The first call costs about a second of CPU, so
 * `translator.ts` runs this in a process of its own.
 */
export function translate(cql: string, sources: CqlSources = new Map()): Result<ElmLibrary> {
  return translateWith(libraryManager(sources), cql, sources);
}

/** Translates texts that include each other: what one includes is worked out once for all. */
export function translationOf(sources: CqlSources): (cql: string) => Result<ElmLibrary> {
  const manager = libraryManager(sources);
  return (cql) => translateWith(manager, cql, sources);
}

function translateWith(manager: LibraryManager, cql: string, sources: CqlSources): Result<ElmLibrary> {
  let library: ElmLibrary;
  try {
    library = (JSON.parse(quietly(() => CqlTranslator.fromText(cql, manager).toJson())) as { library: ElmLibrary }).library;
  } catch (error) {
    const tooDeep = error instanceof RangeError;
    const reason = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      issues: [tooDeep ? issue('too-costly', 'cql-depth', cqlText.tooDeep) : issue('invalid', 'cql', cqlText.untranslatable(reason))],
    };
  }
  rememberHelpers(manager);
  const own = library.identifier.id;
  const issues = children(library, 'annotation').flatMap((annotation) =>
    translationIssue(annotation, (name) => (name === '' || name === own || name === 'Anonymous' ? cql : sources.get(name))),
  );
  return issues.some((found) => found.severity === 'error') ? { ok: false, issues } : { ok: true, value: library };
}

function translationIssue(annotation: ElmNode, textOf: (library: string) => string | undefined): readonly Issue[] {
  if (annotation.type !== 'CqlToElmError') return [];
  const severity = text(annotation, 'errorSeverity') === 'error' ? 'error' : 'warning';
  const [startLine = 0, startChar = 0, endLine = 0, endChar = 0] = ['startLine', 'startChar', 'endLine', 'endChar'].map((name) =>
    Number(annotation[name] ?? 0),
  );
  const library = text(annotation, 'libraryId');
  const place = `${startLine}:${startChar}`;
  const say = severity === 'error' ? cqlText.translation : cqlText.translationWarning;
  const excerpt = cqlExcerpt(textOf(library) ?? '', { startLine, startChar, endLine, endChar });
  return [
    issue('invalid', 'cql', say(library, place, text(annotation, 'message')), {
      severity,
      diagnostics: `${library} ${place}-${endLine}:${endChar}${excerpt === '' ? '' : `\n${excerpt}`}`,
    }),
  ];
}

// Model infos take most of a second to read: one manager serves the life of the thread.
let models: ModelManager | undefined;

function modelManager(): ModelManager {
  if (models) return models;
  models = new ModelManager();
  models.modelInfoLoader.registerModelInfoProvider(
    createModelInfoProvider((id) => {
      if (id === 'System') return stringAsSource(systemModelInfo);
      return id === 'FHIR' ? stringAsSource(fhirModelInfo) : null;
    }),
  );
  return models;
}

// FHIRHelpers, which nearly every text includes, takes another second: what the first translation made of it serves those after it.
const helpers: Array<[VersionedIdentifier, unknown]> = [];

function rememberHelpers(manager: LibraryManager): void {
  if (helpers.length === 0) helpers.push(...[...manager.compiledLibraries.asJsMapView()].filter(([{ id }]) => id === 'FHIRHelpers'));
}

type VersionedIdentifier = Parameters<LibraryManager['canResolveLibrary']>[0];

function libraryManager(sources: CqlSources): LibraryManager {
  const options = new CqlCompilerOptions();
  const { EnableLocators, EnableResultTypes, DisableListDemotion, DisableListPromotion } = CqlCompilerOptions.Options;
  options.setOptions([EnableLocators, EnableResultTypes, DisableListDemotion, DisableListPromotion]);
  const manager = new LibraryManager(modelManager(), options, null, ucumService());
  for (const [name, compiled] of helpers) manager.compiledLibraries.asJsMapView().set(name, compiled);
  manager.librarySourceLoader.registerProvider(
    createLibrarySourceProvider((id) => {
      const source = id === 'FHIRHelpers' ? helpersSource : sources.get(id);
      return source === undefined ? null : stringAsSource(source);
    }),
  );
  return manager;
}

// The translator only asks whether a unit exists; values are never converted at translation.
function ucumService(): ReturnType<typeof createUcumService> {
  const utilities = ucum.UcumLhcUtils.getInstance();
  return createUcumService(
    (value) => value,
    (unit) => (utilities.validateUnitString(unit).status === 'valid' ? null : `${unit} is not a UCUM unit`),
    (left) => left,
    (left) => left,
  );
}
