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
import { fhirHelpers } from './fhir-helpers.js';
import { systemModelInfo } from './system-model.js';
import { cqlText } from './text.js';

export const fhirModelVersion = '4.0.1';

const fhirModelInfo: string = createRequire(import.meta.url)(`cql-exec-fhir/lib/modelInfos/fhir-modelinfo-${fhirModelVersion}.xml.js`);

/** The library FHIRHelpers that every translation can include. */
export const helpersSource: string = fhirHelpers(fhirModelInfo, fhirModelVersion);

/** CQL texts by library name, for `include`. */
export type CqlSources = ReadonlyMap<string, string>;

/**
 * ELM of a CQL library. Libraries that it includes are taken from `sources`; FHIRHelpers is always there.
 * Every error of the text comes back as an issue with line and column. The first call costs about a second of CPU, so `translator.ts` runs this in a worker.
 */
export function translate(cql: string, sources: CqlSources = new Map()): Result<ElmLibrary> {
  return translateWith(libraryManager(sources), cql);
}

/** Translates texts that include each other: what one includes is worked out once for all. */
export function translationOf(sources: CqlSources): (cql: string) => Result<ElmLibrary> {
  const manager = libraryManager(sources);
  return (cql) => translateWith(manager, cql);
}

function translateWith(manager: LibraryManager, cql: string): Result<ElmLibrary> {
  let library: ElmLibrary;
  try {
    library = (JSON.parse(CqlTranslator.fromText(cql, manager).toJson()) as { library: ElmLibrary }).library;
  } catch (error) {
    return { ok: false, issues: [issue('invalid', 'cql', cqlText.untranslatable(error instanceof Error ? error.message : String(error)))] };
  }
  const issues = children(library, 'annotation').flatMap(translationIssue);
  return issues.some((found) => found.severity === 'error') ? { ok: false, issues } : { ok: true, value: library };
}

function translationIssue(annotation: ElmNode): readonly Issue[] {
  if (annotation.type !== 'CqlToElmError') return [];
  const severity = text(annotation, 'errorSeverity') === 'error' ? 'error' : 'warning';
  const place = `${annotation['startLine'] ?? 0}:${annotation['startChar'] ?? 0}`;
  return [
    issue('invalid', 'cql', cqlText.translation(text(annotation, 'libraryId'), place, text(annotation, 'message')), {
      severity,
      diagnostics: `${text(annotation, 'libraryId')} ${place}-${annotation['endLine'] ?? 0}:${annotation['endChar'] ?? 0}`,
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

function libraryManager(sources: CqlSources): LibraryManager {
  const options = new CqlCompilerOptions();
  const { EnableLocators, EnableResultTypes, DisableListDemotion, DisableListPromotion } = CqlCompilerOptions.Options;
  options.setOptions([EnableLocators, EnableResultTypes, DisableListDemotion, DisableListPromotion]);
  const manager = new LibraryManager(modelManager(), options, null, ucumService());
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
