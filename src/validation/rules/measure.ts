import type { Text } from '../../fhir/outcome.js';
import { isObject, type JsonObject } from '../../fhir/resource.js';
import { type Context, report } from '../context.js';
import { rulesText } from '../rules-text.js';
import { checkOwnUrl } from './canonical.js';

const text = rulesText.measure;

/** Criteria in CQL name definitions of the measure's library, where that is at hand as ELM. Source: R4 Measure §13.8. */
export function checkMeasure(value: JsonObject, path: string, context: Context): void {
  checkOwnUrl(value, path, context);
  const libraries = Array.isArray(value['library']) ? value['library'].filter((item) => typeof item === 'string') : [];
  visitCriteria(value, path, 0, (criteria, at) => {
    const { language, expression } = criteria;
    if (
      typeof expression !== 'string' ||
      (language !== 'text/cql' && language !== 'text/cql-identifier' && language !== 'text/cql.identifier')
    )
      return;
    if (libraries.length === 0) {
      report(context, 'warning', 'invalid', 'measure-library', text.noLibrary, at);
      return;
    }
    if (!/^"?[\w .-]+"?$/.test(expression)) return;
    const dot = expression.indexOf('.');
    const qualifier = dot < 0 ? undefined : expression.slice(0, dot).replace(/"/g, '');
    const name = expression.slice(dot + 1).replace(/"/g, '');
    const meant = qualifier === undefined ? libraries : libraries.filter((library) => nameOf(library, context) === qualifier);
    if (meant.length === 0) return;
    const names = meant.map((library) => definitionsOf(library, context));
    if (names.some((known) => known === undefined) || names.some((known) => known?.has(name))) return;
    report(context, 'error', 'invalid', 'measure-criteria', text.expression(name, libraries.join(', ')), at);
  });
}

function visitCriteria(value: unknown, path: string, depth: number, visit: (criteria: JsonObject, path: string) => void): void {
  if (depth > 20) return;
  if (Array.isArray(value)) for (const [index, item] of value.entries()) visitCriteria(item, `${path}[${index}]`, depth + 1, visit);
  else if (isObject(value)) {
    for (const key of ['group', 'population', 'stratifier', 'component', 'supplementalData']) {
      if (value[key] !== undefined) visitCriteria(value[key], `${path}.${key}`, depth + 1, visit);
    }
    if (isObject(value['criteria'])) visit(value['criteria'], `${path}.criteria`);
  }
}

function nameOf(canonical: string, context: Context): unknown {
  const library = context.engine.registry.canonical(canonical);
  return isObject(library) ? library['name'] : undefined;
}

/** Names that a library defines, from its ELM or else from its CQL; undefined where neither is at hand. */
function definitionsOf(canonical: string, context: Context): ReadonlySet<string> | undefined {
  const library = context.engine.registry.canonical(canonical);
  if (!isObject(library)) return undefined;
  const contents = Array.isArray(library['content']) ? library['content'].filter(isObject) : [];
  for (const content of contents) {
    if (typeof content['data'] !== 'string') continue;
    const source = Buffer.from(content['data'], 'base64').toString('utf8');
    if (content['contentType'] === 'application/elm+json') {
      const names = elmNames(source);
      if (names) return names;
    }
    if (content['contentType'] === 'text/cql')
      return new Set(
        [
          ...source.matchAll(/^\s*define\s+(?:public\s+|private\s+)?(?:function\s+|fluent\s+function\s+)?(?:"([^"]+)"|([A-Za-z_]\w*))/gm),
        ].map(([, quoted, plain]) => quoted ?? plain ?? ''),
      );
  }
  return undefined;
}

function elmNames(source: string): ReadonlySet<string> | undefined {
  try {
    const parsed: unknown = JSON.parse(source);
    const library = isObject(parsed) ? parsed['library'] : undefined;
    const statements = isObject(library) ? library['statements'] : undefined;
    const definitions = isObject(statements) ? statements['def'] : undefined;
    return Array.isArray(definitions)
      ? new Set(definitions.map((definition) => (isObject(definition) ? String(definition['name']) : '')))
      : undefined;
  } catch {
    return undefined;
  }
}

/** A MeasureReport beside its Measure: groups, populations and stratifiers that the measure has, counts that fit their lists. Source: R4 MeasureReport §13.9. */
export function checkMeasureReport(value: JsonObject, path: string, context: Context): void {
  checkCounts(value, path, context);
  const canonical = value['measure'];
  if (typeof canonical !== 'string') return;
  const measure = context.engine.registry.canonical(canonical);
  if (!isObject(measure) || measure['resourceType'] !== 'Measure') {
    report(context, 'warning', 'not-found', 'measure-unknown', text.unknown(canonical.slice(0, 200)), `${path}.measure`);
    return;
  }
  if (value['status'] !== 'complete') return;
  const scoring = codeOf(measure['scoring']);
  matchParts(list(measure['group']), list(value['group']), `${path}.group`, path, context, groupTexts, (stated, group, at) => {
    checkScore(scoring, group, at, context);
    matchParts(list(stated['population']), list(group['population']), `${at}.population`, at, context, populationTexts, () => {});
    matchParts(list(stated['stratifier']), list(group['stratifier']), `${at}.stratifier`, at, context, stratifierTexts, () => {});
  });
}

interface PartTexts {
  readonly rule: string;
  readonly unknown: Text;
  readonly missing: (name: string) => Text;
}

const groupTexts: PartTexts = { rule: 'measure-group', unknown: text.unknownGroup, missing: text.missingGroup };
const populationTexts: PartTexts = { rule: 'measure-population', unknown: text.unknownPopulation, missing: text.missingPopulation };
const stratifierTexts: PartTexts = { rule: 'measure-stratifier', unknown: text.unknownStratifier, missing: text.missingStratifier };

/** Parts of a report beside those of its measure, by code; a single part may go without. */
function matchParts(
  stated: readonly JsonObject[],
  found: readonly JsonObject[],
  path: string,
  parent: string,
  context: Context,
  texts: PartTexts,
  visit: (stated: JsonObject, found: JsonObject, path: string) => void,
): void {
  const seen = new Set<JsonObject>();
  found.forEach((part, index) => {
    const at = `${path}[${index}]`;
    const match =
      part['code'] === undefined
        ? (stated.find((item) => item['code'] === undefined && !seen.has(item)) ?? (stated.length === 1 ? stated[0] : undefined))
        : stated.find((item) => sharesCode(item['code'], part['code']));
    if (!match) {
      report(context, 'error', 'business-rule', texts.rule, part['code'] === undefined ? text.groupWithoutCode : texts.unknown, at);
      return;
    }
    if (seen.has(match)) report(context, 'error', 'business-rule', texts.rule, text.duplicate, at);
    seen.add(match);
    visit(match, part, at);
  });
  for (const part of stated) {
    if (!seen.has(part))
      report(
        context,
        texts === groupTexts ? 'error' : 'warning',
        'business-rule',
        texts.rule,
        texts.missing(nameOfCode(part['code'])),
        parent,
      );
  }
}

function checkScore(scoring: string | undefined, group: JsonObject, path: string, context: Context): void {
  if (scoring === undefined) return;
  const score = group['measureScore'];
  if (scoring === 'cohort' && score !== undefined)
    report(context, 'error', 'business-rule', 'measure-score', text.scoreNotAllowed(scoring), path);
  if (scoring !== 'cohort' && score === undefined && group['_measureScore'] === undefined)
    report(context, 'error', 'business-rule', 'measure-score', text.scoreMissing(scoring), path);
}

function codeOf(concept: unknown): string | undefined {
  if (!isObject(concept)) return undefined;
  const code = list(concept['coding']).find((coding) => typeof coding['code'] === 'string')?.['code'];
  return typeof code === 'string' ? code : undefined;
}

function nameOfCode(concept: unknown): string {
  return codeOf(concept) ?? (isObject(concept) && typeof concept['text'] === 'string' ? concept['text'] : '?');
}

/** R4 gives a stratifier of a report a list of codes. */
function sharesCode(a: unknown, b: unknown): boolean {
  return Array.isArray(b) ? b.some((item) => sameCode(a, item)) : sameCode(a, b);
}

function checkCounts(value: JsonObject, path: string, context: Context): void {
  list(value['group']).forEach((group, index) => {
    list(group['population']).forEach((population, position) => {
      const { count } = population;
      const reference = isObject(population['subjectResults']) ? population['subjectResults']['reference'] : undefined;
      if (typeof count !== 'number' || typeof reference !== 'string' || !reference.startsWith('#')) return;
      const subjects = list(value['contained']).find((item) => item['id'] === reference.slice(1));
      const entries = list(subjects?.['entry']);
      if (subjects?.['resourceType'] === 'List' && entries.length !== count)
        report(
          context,
          'error',
          'business-rule',
          'measure-count',
          text.count(count, entries.length),
          `${path}.group[${index}].population[${position}]`,
        );
    });
  });
}

function list(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function sameCode(a: unknown, b: unknown): boolean {
  if (!isObject(a) || !isObject(b)) return a === b;
  const codes = new Set(list(a['coding']).map((coding) => `${coding['system']}|${coding['code']}`));
  return (
    list(b['coding']).some((coding) => codes.has(`${coding['system']}|${coding['code']}`)) || (codes.size === 0 && a['text'] === b['text'])
  );
}
