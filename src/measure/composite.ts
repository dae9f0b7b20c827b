import type { Measure, MeasureGroup } from '@medplum/fhirtypes';
import type { MeasureProgram, PersonResult, PopulationCode } from '../cql/program.js';
import { issue, OperationOutcomeError, type Text } from '../fhir/outcome.js';
import type { Scope } from '../search/scope.js';
import { type Evaluation, type EvaluationRequest, type EvaluationServices, evaluateMeasure, membersOf, sha256 } from './evaluate.js';
import { findMeasure } from './find-measure.js';
import { canonicalOf } from './program.js';
import { scoringUnitUrl } from './score.js';
import { detailedResults } from './strata.js';
import { measureText } from './text.js';

export const weightUrl = 'http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/cqfm-weight';

export function isComposite(measure: Measure): boolean {
  return measure.scoring?.coding?.[0]?.code === 'composite';
}

/** What one person has of one component: whether they count there, whether they meet it, and how much it weighs. */
interface Part {
  readonly counts: boolean;
  readonly meets: boolean;
  readonly weight: number;
}

/** How the parts of one person become members and values of the composite's own group. Parts are those of components in whose denominators the person is. */
interface Method {
  readonly scoring: 'proportion' | 'continuous-variable' | 'opportunity';
  value(parts: readonly Part[]): number;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
/** In per cent; parts that weigh nothing are worth nothing. */
const share = (parts: readonly Part[], weigh: (part: Part) => number): number =>
  (100 * sum(parts.map((part) => (part.meets ? weigh(part) : 0)))) / (sum(parts.map(weigh)) || 1);

/**
 * Opportunity: numerators and denominators of the components, added up. All-or-nothing: who meets each component in whose denominator they are. Linear: the mean
 * of the persons' own scores, the share of the components that each meets of those in whose denominators they are; weighted: the same by weights.
 * Source: HL7 composite-measure-scoring; CQF Measures guide, composite measures.
 */
const methods: Readonly<Record<string, Method>> = {
  opportunity: { scoring: 'opportunity', value: (parts) => parts.filter(({ meets }) => meets).length },
  'all-or-nothing': { scoring: 'proportion', value: (parts) => Number(parts.every(({ meets }) => meets)) },
  linear: { scoring: 'continuous-variable', value: (parts) => share(parts, () => 1) },
  weighted: { scoring: 'continuous-variable', value: (parts) => share(parts, ({ weight }) => weight) },
};

/**
 * Evaluates a composite Measure: its own group first, then the groups of its components, each by area. Throws OperationOutcomeError 422 for another composite
 * scoring, no components, or a component that isn't one proportion of persons.
 */
export async function evaluateComposite(services: EvaluationServices, scope: Scope, request: EvaluationRequest): Promise<Evaluation> {
  const { measure } = request;
  const scoring = measure.compositeScoring?.coding?.[0]?.code ?? 'linear';
  const method = Object.hasOwn(methods, scoring) ? methods[scoring] : undefined;
  if (!method) {
    throw refused('measure-scoring', measureText.compositeScoring(scoring, Object.keys(methods).join(', ')), 'Measure.compositeScoring');
  }
  const components = componentsOf(measure);
  if (components.length === 0) throw refused('measure-composite', measureText.compositeEmpty, 'Measure.relatedArtifact');
  const evaluations: Evaluation[] = [];
  for (const { name } of components) {
    const component = await findMeasure(services, scope, name);
    if (isComposite(component) || component.group?.length !== 1) {
      throw refused('measure-composite', measureText.compositeGroup(name), 'Measure.relatedArtifact');
    }
    const found = await evaluateMeasure(services, { ...request, measure: component, keepPersons: true });
    const { groups, basis, itemType } = found.program;
    if ((groups[0]?.scoring ?? 'proportion') !== 'proportion' || basis !== undefined || itemType !== undefined) {
      throw refused('measure-composite', measureText.compositeGroup(name), 'Measure.relatedArtifact');
    }
    evaluations.push(found);
  }
  return combined(
    request,
    evaluations,
    method,
    components.map(({ weight }) => weight),
  );
}

function componentsOf({ relatedArtifact = [] }: Measure): ReadonlyArray<{ readonly name: string; readonly weight: number }> {
  return relatedArtifact.flatMap(({ type, resource, extension = [] }) => {
    if (type !== 'composed-of' || !resource) return [];
    const found = extension.find(({ url }) => url === weightUrl);
    return [{ name: resource, weight: found?.valueDecimal ?? found?.valueInteger ?? 1 }];
  });
}

function combined(
  { measure }: EvaluationRequest,
  evaluations: readonly Evaluation[],
  method: Method,
  weights: readonly number[],
): Evaluation {
  const [first] = evaluations;
  if (!first) throw refused('measure-composite', measureText.compositeEmpty, 'Measure.relatedArtifact');
  const own = ownGroup(method);
  const persons = ownResults(evaluations, method, weights, own);
  const ownProgram: MeasureProgram = { measure: canonicalOf(measure), library: first.program.library, groups: [own] };
  const listed = (first.groups[0]?.strata ?? []).flatMap(({ area }) => area ?? []);
  const [firstDefinition] = first.measure.group ?? [];
  const definition: MeasureGroup = {
    code: { text: measure.title ?? measure.name ?? canonicalOf(measure) },
    extension: [{ url: scoringUnitUrl, valueCodeableConcept: { coding: [{ code: '%' }] } }],
    ...(firstDefinition?.stratifier ? { stratifier: firstDefinition.stratifier } : {}),
  };
  const { supplemental: _, persons: _persons, ...common } = first;
  return {
    ...common,
    measure: { ...measure, group: [definition, ...evaluations.flatMap((one) => one.measure.group ?? [])] },
    program: { ...ownProgram, groups: [own, ...evaluations.flatMap(({ program }) => program.groups)] },
    definition: {
      measureHash: sha256(JSON.stringify([measure, ...evaluations.map((one) => one.definition.measureHash)])),
      libraries: evaluations.flatMap((one) => one.definition.libraries),
    },
    groups: [...detailedResults(ownProgram, persons, listed), ...evaluations.flatMap(({ groups }) => groups)],
    ...(first.members ? { members: [...membersOf(ownProgram, persons), ...evaluations.flatMap(({ members = [] }) => members)] } : {}),
  };
}

type Group = MeasureProgram['groups'][number];

/** The composite's own populations, with values in place of definitions: how many are met is the item count of an opportunity's numerator. */
function ownGroup({ scoring }: Method): Group {
  const population = (code: PopulationCode, items?: string) => ({ code, expression: code, ...(items === undefined ? {} : { items }) });
  switch (scoring) {
    case 'proportion':
      return { code: 'composite', populations: [population('initial-population'), population('denominator'), population('numerator')] };
    case 'opportunity':
      return {
        code: 'composite',
        populations: [population('initial-population'), population('denominator', 'parts'), population('numerator', 'value')],
      };
    case 'continuous-variable':
      return {
        code: 'composite',
        scoring,
        populations: [population('initial-population'), population('measure-population')],
        observations: [{ expression: 'value', aggregate: 'average', of: 'measure-population', decimals: 2 }],
      };
  }
}

function ownResults(evaluations: readonly Evaluation[], method: Method, weights: readonly number[], own: Group): readonly PersonResult[] {
  const byPerson = new Map<string, { readonly result: PersonResult; readonly parts: Part[] }>();
  evaluations.forEach(({ program, persons = [] }, at) => {
    for (const { result, counts } of persons) {
      const group = program.groups[0];
      const isIn = (code: PopulationCode): boolean =>
        (counts[0]?.[group?.populations.findIndex((one) => one.code === code) ?? -1] ?? 0) > 0;
      const base = group?.populations.some(({ code }) => code === 'denominator') ? 'denominator' : 'initial-population';
      const found = byPerson.get(result.person) ?? { result, parts: [] };
      byPerson.set(result.person, found);
      found.parts.push({
        counts: isIn(base) && !isIn('denominator-exclusion') && !isIn('denominator-exception'),
        meets: isIn('numerator') && !isIn('numerator-exclusion'),
        weight: weights[at] ?? 1,
      });
    }
  });
  return [...byPerson.values()].flatMap(({ result, parts }) => {
    const counted = parts.filter(({ counts }) => counts);
    if (counted.length === 0) return [];
    const value = method.value(counted);
    const populations = [own.populations.map(({ code }) => code !== 'numerator' || value > 0)];
    const { values: _, ...person } = result;
    return [{ ...person, populations, values: { value, parts: counted.length } }];
  });
}

function refused(rule: string, text: Text, expression: string): OperationOutcomeError {
  return new OperationOutcomeError(422, [issue('not-supported', rule, text, { expression })]);
}
