import type { Expression, Measure, MeasureGroup, MeasureGroupPopulation } from '@medplum/fhirtypes';
import type { AggregateMethod, MeasureObservation, MeasureProgram, PopulationCode, Scoring, Stratifier } from '../cql/program.js';
import { type Issue, issue, type Result } from '../fhir/outcome.js';
import type { Initials } from './membership.js';
import { isBasis } from './subject/load-basis.js';
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

/** Extensions of the CQF Measures guide on a group or population. */
export const groupScoringUrl = 'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-scoring';
export const criteriaReferenceUrl = 'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-criteriaReference';

const aggregateMethodUrl = 'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-aggregateMethod';

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
  const library = measure.library?.[0];
  if (library === undefined || measure.library?.length !== 1) {
    issues.push(issue('required', 'measure-library', measureText.library, { expression: 'Measure.library' }));
  }
  const bases = new Set(
    [measure, ...(measure.group ?? [])].flatMap(
      ({ extension }) => extension?.find(({ url }) => url === populationBasisUrl)?.valueCode ?? [],
    ),
  );
  const [basis = 'boolean'] = bases;
  if (bases.size > 1 || !/^(boolean|[A-Z][A-Za-z]+)$/.test(basis)) {
    issues.push(issue('not-supported', 'measure-basis', measureText.basis([...bases].join(', ')), { expression: 'Measure.extension' }));
  }
  const groups = (measure.group ?? []).map((group, index) => programGroup(group, index, groupScoring(measure, group, issues), issues));
  if (groups.length === 0) issues.push(issue('required', 'measure-group', measureText.noGroup, { expression: 'Measure.group' }));
  if (issues.length > 0 || library === undefined) return { ok: false, issues };
  const supplemental = (measure.supplementalData ?? []).flatMap(({ id, code, criteria, usage: usages }, index) => {
    const expression = cqlName(criteria);
    const text = code?.text;
    const name = code?.coding?.[0]?.code ?? id ?? `sde-${index + 1}`;
    const usage = usages?.[0]?.coding?.[0]?.code;
    if (expression === undefined) return [];
    return [{ id: name, ...(text === undefined ? {} : { text }), expression, ...(usage === undefined ? {} : { usage }) }];
  });
  const values = [
    ...groups.flatMap(({ observations = [], stratifiers }) => [
      ...observations.map(({ expression }) => expression),
      ...(stratifiers ?? []).flatMap(({ components }) => components.map(({ expression }) => expression)),
    ]),
    ...supplemental.map(({ expression }) => expression),
  ];
  return {
    ok: true,
    value: {
      measure: canonicalOf(measure),
      library,
      ...(isBasis(basis) ? { basis } : basis === 'boolean' ? {} : { itemType: basis }),
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

/** The group's own scoring by the CQF extension, else the Measure's. */
function groupScoring(measure: Measure, group: MeasureGroup, issues: Issue[]): Scoring {
  const own = group.extension?.find(({ url }) => url === groupScoringUrl)?.valueCodeableConcept;
  const code = (own ?? measure.scoring)?.coding?.[0]?.code ?? '';
  if (isScoring(code)) return code;
  const found = issue('not-supported', 'measure-scoring', measureText.scoring(code), { expression: 'Measure.scoring' });
  if (!issues.some(({ rule }) => rule === 'measure-scoring')) issues.push(found);
  return 'proportion';
}

function isScoring(code: string): code is Scoring {
  return Object.hasOwn(requiredPopulations, code);
}

function programGroup(group: MeasureGroup, index: number, scoring: Scoring, issues: Issue[]): MeasureProgram['groups'][number] {
  const populations: Array<{ code: PopulationCode; expression: string; id?: string | undefined }> = [];
  (group.population ?? []).forEach((population, position) => {
    const path = `Measure.group[${index}].population[${position}]`;
    const code = population.code?.coding?.[0]?.code ?? '';
    const { language, expression } = population.criteria ?? {};
    if (code === 'measure-observation') return;
    if (!isPopulationCode(code))
      issues.push(issue('not-supported', 'measure-population', measureText.population(code), { expression: `${path}.code` }));
    else if (populations.some((found) => found.code === code) && !(code === 'initial-population' && scoring === 'ratio')) {
      issues.push(issue('duplicate', 'measure-population', measureText.populationTwice(code), { expression: `${path}.code` }));
    } else if (expression === undefined || !cqlLanguages.has(language)) {
      issues.push(issue('not-supported', 'measure-criteria', measureText.criteria, { expression: `${path}.criteria` }));
    } else populations.push({ code, expression: definitionName(expression), id: population.id });
  });
  for (const code of requiredPopulations[scoring]) {
    if (!populations.some((found) => found.code === code)) {
      issues.push(
        issue('required', 'measure-population', measureText.populationMissing(code), { expression: `Measure.group[${index}].population` }),
      );
    }
  }
  const observations = observationsOf(group, index, scoring, issues);
  const initials = initialsOf(group, populations);
  const stratifiers = stratifiersOf(group, index, issues);
  return {
    code: groupCode(group, index),
    populations: populations.map(({ code, expression }) => ({ code, expression })),
    ...(scoring === 'proportion' ? {} : { scoring }),
    ...(initials ? { initials } : {}),
    ...(observations.length === 0 ? {} : { observations }),
    ...(stratifiers.length === 0 ? {} : { stratifiers }),
  };
}

/** The initial populations that denominator and numerator name, where there are two: by criteriaReference, else the first is the denominator's. */
function initialsOf(
  group: MeasureGroup,
  populations: ReadonlyArray<{ readonly code: PopulationCode; readonly id?: string | undefined }>,
): Initials | undefined {
  const places = populations.flatMap(({ code }, place) => (code === 'initial-population' ? [place] : []));
  if (places.length < 2) return undefined;
  const placeOf = (code: PopulationCode, otherwise: number): number => {
    const named = referenceOf(group.population?.find((one) => one.code?.coding?.[0]?.code === code));
    return places.find((place) => named !== undefined && populations[place]?.id === named) ?? places[otherwise] ?? 0;
  };
  return { denominator: placeOf('denominator', 0), numerator: placeOf('numerator', 1) };
}

function referenceOf(population: MeasureGroupPopulation | undefined): string | undefined {
  const extensions = [...(population?.extension ?? []), ...(population?.criteria?.extension ?? [])];
  return extensions.find(({ url }) => url === criteriaReferenceUrl)?.valueString;
}

/** Which population each observation of a scoring is of. Source: CQF Measures guide, measure observations of ratios and continuous variables. */
function observationsOf(group: MeasureGroup, index: number, scoring: Scoring, issues: Issue[]): readonly MeasureObservation[] {
  const expression = `Measure.group[${index}].population`;
  const found = scoring === 'ratio' || scoring === 'continuous-variable' ? (group.population ?? []).filter(isObservation) : [];
  if (scoring === 'continuous-variable' && (found.length !== 1 || cqlName(found[0]?.criteria) === undefined)) {
    issues.push(issue('required', 'measure-population', measureText.populationMissing('measure-observation'), { expression }));
    return [];
  }
  const observations = found.flatMap((population, place): MeasureObservation[] => {
    const name = cqlName(population.criteria);
    const extensions = [...(population.extension ?? []), ...(population.criteria?.extension ?? [])];
    const extension = extensions.find(({ url }) => url === aggregateMethodUrl);
    const method = extension?.valueCode ?? extension?.valueString ?? (scoring === 'ratio' ? 'sum' : 'average');
    const aggregate = Object.hasOwn(aggregateMethods, method) ? aggregateMethods[method] : undefined;
    if (!aggregate || name === undefined) {
      const known = Object.keys(aggregateMethods).join(', ');
      issues.push(issue('not-supported', 'measure-aggregate', measureText.aggregate(method, known), { expression }));
      return [];
    }
    return [{ expression: name, aggregate, of: scoring === 'ratio' ? sideOf(group, population, place) : 'measure-population' }];
  });
  if (scoring === 'ratio' && found.length > 0 && new Set(observations.map(({ of }) => of)).size !== found.length) {
    issues.push(issue('invalid', 'measure-population', measureText.observationSides, { expression }));
  }
  return observations;
}

/** The side of a ratio that an observation's criteriaReference names; without one the first is the denominator's. */
function sideOf(group: MeasureGroup, population: MeasureGroupPopulation, place: number): 'numerator' | 'denominator' {
  const named = referenceOf(population);
  const target = group.population?.find(({ id, code }) => named !== undefined && (id === named || code?.coding?.[0]?.code === named));
  const code = target?.code?.coding?.[0]?.code;
  if (code === 'numerator' || code === 'denominator') return code;
  return place === 0 ? 'denominator' : 'numerator';
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
