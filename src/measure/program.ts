import type { Expression, Measure, MeasureGroup, MeasureGroupPopulation } from '@medplum/fhirtypes';
import type { AggregateMethod, MeasureProgram, PopulationCode, Scoring, Stratifier } from '../cql/program.js';
import { type Issue, issue, type Result } from '../fhir/outcome.js';
import { isBasis } from './load-basis.js';
import { measureText } from './text.js';

const populationCodes: ReadonlySet<string> = new Set<PopulationCode>([
  'initial-population',
  'denominator',
  'denominator-exclusion',
  'denominator-exception',
  'numerator',
  'numerator-exclusion',
  'measure-population',
  'measure-population-exclusion',
]);

/** Which populations a group of each scoring can't do without. Source: CQF Measures guide, criteria names by scoring. */
const requiredPopulations: Readonly<Record<Scoring, readonly PopulationCode[]>> = {
  proportion: ['initial-population', 'numerator'],
  ratio: ['initial-population', 'denominator', 'numerator'],
  cohort: ['initial-population'],
  'continuous-variable': ['initial-population', 'measure-population'],
};

export const populationBasisUrl = 'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-populationBasis';

export const aggregateMethodUrl = 'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-aggregateMethod';

const aggregateMethods: Readonly<Record<string, AggregateMethod>> = {
  sum: 'sum',
  average: 'average',
  count: 'count',
  minimum: 'minimum',
  maximum: 'maximum',
  median: 'median',
};

const cqlLanguages: ReadonlySet<string | undefined> = new Set(['text/cql-identifier', 'text/cql.identifier', 'text/cql']);

/** What a Measure asks of its CQL. Fails with an issue for everything in the Measure that Lontar can't evaluate: another scoring, an unknown population, a missing library. */
export function measureProgram(measure: Measure): Result<MeasureProgram> {
  const issues: Issue[] = [];
  const scoringCode = measure.scoring?.coding?.[0]?.code ?? '';
  const scoring = isScoring(scoringCode) ? scoringCode : 'proportion';
  if (!isScoring(scoringCode)) {
    issues.push(issue('not-supported', 'measure-scoring', measureText.scoring(scoringCode), { expression: 'Measure.scoring' }));
  }
  const library = measure.library?.[0];
  if (library === undefined || measure.library?.length !== 1) {
    issues.push(issue('required', 'measure-library', measureText.library, { expression: 'Measure.library' }));
  }
  const basis = measure.extension?.find(({ url }) => url === populationBasisUrl)?.valueCode ?? 'boolean';
  if (basis !== 'boolean' && !isBasis(basis)) {
    issues.push(issue('not-supported', 'measure-basis', measureText.basis(basis), { expression: 'Measure.extension' }));
  }
  const groups = (measure.group ?? []).map((group, index) => programGroup(group, index, scoring, issues));
  if (groups.length === 0) issues.push(issue('required', 'measure-group', measureText.noGroup, { expression: 'Measure.group' }));
  if (issues.length > 0 || library === undefined) return { ok: false, issues };
  const supplemental = (measure.supplementalData ?? []).flatMap(({ id, code, criteria }, index) => {
    const expression = cqlName(criteria);
    const text = code?.text;
    const name = code?.coding?.[0]?.code ?? id ?? `sde-${index + 1}`;
    return expression === undefined ? [] : [{ id: name, ...(text === undefined ? {} : { text }), expression }];
  });
  const values = [
    ...groups.flatMap(({ observation, stratifiers }) => [
      ...(observation ? [observation.expression] : []),
      ...(stratifiers ?? []).flatMap(({ components }) => components.map(({ expression }) => expression)),
    ]),
    ...supplemental.map(({ expression }) => expression),
  ];
  return {
    ok: true,
    value: {
      measure: canonicalOf(measure),
      library,
      ...(basis === 'boolean' ? {} : { basis }),
      groups,
      ...(values.length === 0 ? {} : { values: [...new Set(values)] }),
      ...(supplemental.length === 0 ? {} : { supplemental }),
    },
  };
}

/** `url|version`, the name under which a report points to its measure. */
export function canonicalOf(measure: Measure): string {
  const url = measure.url ?? `Measure/${measure.id ?? ''}`;
  return measure.version === undefined ? url : `${url}|${measure.version}`;
}

export function groupCode(group: Pick<MeasureGroup, 'code' | 'id'>, index: number): string {
  return group.code?.coding?.[0]?.code ?? group.id ?? `group-${index + 1}`;
}

function isScoring(code: string): code is Scoring {
  return Object.hasOwn(requiredPopulations, code);
}

function programGroup(group: MeasureGroup, index: number, scoring: Scoring, issues: Issue[]): MeasureProgram['groups'][number] {
  const populations: Array<{ code: PopulationCode; expression: string }> = [];
  (group.population ?? []).forEach((population, position) => {
    const path = `Measure.group[${index}].population[${position}]`;
    const code = population.code?.coding?.[0]?.code ?? '';
    const { language, expression } = population.criteria ?? {};
    if (code === 'measure-observation') return;
    if (!isPopulationCode(code))
      issues.push(issue('not-supported', 'measure-population', measureText.population(code), { expression: `${path}.code` }));
    else if (populations.some((found) => found.code === code)) {
      issues.push(issue('duplicate', 'measure-population', measureText.populationTwice(code), { expression: `${path}.code` }));
    } else if (expression === undefined || !cqlLanguages.has(language)) {
      issues.push(issue('not-supported', 'measure-criteria', measureText.criteria, { expression: `${path}.criteria` }));
    } else populations.push({ code, expression: definitionName(expression) });
  });
  for (const code of requiredPopulations[scoring]) {
    if (!populations.some((found) => found.code === code)) {
      issues.push(
        issue('required', 'measure-population', measureText.populationMissing(code), { expression: `Measure.group[${index}].population` }),
      );
    }
  }
  const observation = scoring === 'continuous-variable' ? observationOf(group, index, issues) : undefined;
  const stratifiers = stratifiersOf(group, index, issues);
  return {
    code: groupCode(group, index),
    populations,
    ...(scoring === 'proportion' ? {} : { scoring }),
    ...(observation ? { observation } : {}),
    ...(stratifiers.length === 0 ? {} : { stratifiers }),
  };
}

function observationOf(
  group: MeasureGroup,
  index: number,
  issues: Issue[],
): { readonly expression: string; readonly aggregate: AggregateMethod } | undefined {
  const expression = `Measure.group[${index}].population`;
  const found = group.population?.find(isObservation);
  const name = cqlName(found?.criteria);
  if (!found || name === undefined) {
    issues.push(issue('required', 'measure-population', measureText.populationMissing('measure-observation'), { expression }));
    return undefined;
  }
  const extension = [...(found.extension ?? []), ...(found.criteria?.extension ?? [])].find(({ url }) => url === aggregateMethodUrl);
  const method = extension?.valueCode ?? extension?.valueString ?? 'average';
  const aggregate = Object.hasOwn(aggregateMethods, method) ? aggregateMethods[method] : undefined;
  if (aggregate) return { expression: name, aggregate };
  const known = Object.keys(aggregateMethods).join(', ');
  issues.push(issue('not-supported', 'measure-aggregate', measureText.aggregate(method, known), { expression }));
  return undefined;
}

function isObservation({ code }: MeasureGroupPopulation): boolean {
  return code?.coding?.[0]?.code === 'measure-observation';
}

/** Stratifiers by definitions; that by village of residence comes of itself. */
function stratifiersOf(group: MeasureGroup, at: number, issues: Issue[]): readonly Stratifier[] {
  return (group.stratifier ?? []).flatMap((stratifier, index) => {
    const parts = stratifier.component ?? [{ code: stratifier.code, criteria: stratifier.criteria }];
    if (parts.some(({ code }) => code?.coding?.[0]?.code === 'village')) return [];
    const components = parts.flatMap(({ code, criteria }, place) => {
      const expression = cqlName(criteria);
      const name = code?.coding?.[0]?.code ?? code?.text ?? `component-${place + 1}`;
      return expression === undefined ? [] : [{ code: name, ...(code?.text === undefined ? {} : { text: code.text }), expression }];
    });
    if (components.length === parts.length) return [{ index, components }];
    const expression = `Measure.group[${at}].stratifier[${index}]`;
    issues.push(issue('not-supported', 'measure-criteria', measureText.criteria, { expression }));
    return [];
  });
}

function cqlName(criteria: Expression | undefined): string | undefined {
  const { language, expression } = criteria ?? {};
  return expression === undefined || !cqlLanguages.has(language) ? undefined : definitionName(expression);
}

/** `text/cql` writes the name as CQL does, in double quotes. */
function definitionName(expression: string): string {
  return /^".*"$/s.test(expression) ? expression.slice(1, -1) : expression;
}

function isPopulationCode(code: string): code is PopulationCode {
  return populationCodes.has(code);
}
