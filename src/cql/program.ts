import type { JsonObject } from '../fhir/resource.js';
import type { ElmDefinition, ElmNode } from './elm.js';

/** Codes of http://terminology.hl7.org/CodeSystem/measure-population that Lontar evaluates. */
export type PopulationCode =
  | 'initial-population'
  | 'denominator'
  | 'denominator-exclusion'
  | 'denominator-exception'
  | 'numerator'
  | 'numerator-exclusion'
  | 'measure-population'
  | 'measure-population-exclusion'
  | 'measure-observation';

/** Codes of http://terminology.hl7.org/CodeSystem/measure-scoring that one library answers. */
export type Scoring = 'proportion' | 'ratio' | 'cohort' | 'continuous-variable';

/** Codes of the CQF aggregate methods that Lontar computes. */
export type AggregateMethod = 'sum' | 'average' | 'count' | 'minimum' | 'maximum' | 'median';

/** Values of the members of a population: the measure population, or of a ratio numerator or denominator. */
export interface MeasureObservation {
  readonly expression: string;
  readonly aggregate: AggregateMethod;
  readonly of: 'measure-population' | 'numerator' | 'denominator';
  /** To how many decimals the value is told; eight where absent. */
  readonly decimals?: number;
  /** Each item of the population is observed by itself, those excluded left out already. */
  readonly ofItems?: boolean;
}

/** A stratifier by one definition, or by several together. `path` is its place in the Measure. */
export interface Stratifier {
  readonly index: number;
  readonly components: ReadonlyArray<{ readonly code: string; readonly text?: string; readonly expression: string }>;
}

/** What a Measure asks of its CQL: which definition answers for which population. */
export interface MeasureProgram {
  /** `url|version` of the Measure. */
  readonly measure: string;
  /** The primary library, by canonical `url|version`. */
  readonly library: string;
  /** Type of the resources that are counted; people (Patient) where absent. */
  readonly basis?: string;
  /** Type of what is counted of each person, as Encounter; persons themselves where absent. */
  readonly itemType?: string;
  readonly groups: ReadonlyArray<{
    readonly code: string;
    readonly populations: ReadonlyArray<{
      readonly code: PopulationCode;
      readonly expression: string;
      /** Definition of how many items of the person are members, where items are counted and not persons. */
      readonly items?: string;
    }>;
    /** Places of the initial populations of denominator and numerator, where they have one each. */
    readonly initials?: { readonly denominator: number; readonly numerator: number };
    /** How members become a score; proportion where absent. */
    readonly scoring?: Scoring;
    /** What is observed of the members of a population, and how the values become one: of a continuous variable one, of a ratio one of each side. */
    readonly observations?: readonly MeasureObservation[];
    /** By which definitions' values the group is broken down, beside the area. */
    readonly stratifiers?: readonly Stratifier[];
  }>;
  readonly supplemental?: ReadonlyArray<{
    readonly id: string;
    readonly text?: string;
    readonly expression: string;
    /** Code of http://terminology.hl7.org/CodeSystem/measure-data-usage. */
    readonly usage?: string;
  }>;
  /** Definitions whose values each person's result is to give beside the criteria: of observations, stratifiers, supplemental data. */
  readonly values?: readonly string[];
  /** ELM definitions to add to the primary library: what a Measure asks of its functions, written as a definition. */
  readonly definitions?: readonly ElmDefinition[];
  /** ELM in place of the defaults of the primary library's parameters, by name. */
  readonly parameters?: Readonly<Record<string, ElmNode>>;
}

/** A value of CQL as JSON. Dates are text on the wall clock of the person's village; a resource is told by type, id and version. */
export type CqlValue =
  | null
  | boolean
  | number
  | string
  | readonly CqlValue[]
  | { readonly kind: 'date'; readonly text: string }
  | { readonly kind: 'quantity'; readonly value: number; readonly unit?: string }
  | { readonly kind: 'code'; readonly code: string; readonly system?: string; readonly display?: string }
  | { readonly kind: 'concept'; readonly codes: readonly CqlValue[]; readonly text?: string }
  | {
      readonly kind: 'interval';
      readonly low: CqlValue;
      readonly high: CqlValue;
      readonly lowClosed: boolean;
      readonly highClosed: boolean;
    }
  | { readonly kind: 'ratio'; readonly numerator: CqlValue; readonly denominator: CqlValue }
  | { readonly kind: 'resource'; readonly type: string; readonly id: string; readonly version?: string }
  | { readonly kind: 'element'; readonly json: JsonObject }
  | { readonly kind: 'tuple'; readonly elements: Readonly<Record<string, CqlValue>> };

/** How long an evaluation may take, and who may call it off. */
export interface EvaluationRun {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** Local calendar dates, both inclusive: `2026-01-01` to `2026-12-31`. Each person's own zone turns them into instants. */
export interface MeasurementPeriod {
  readonly start: string;
  readonly end: string;
}

/** Criteria of one person as the CQL gives them (null counted as false), before the membership rules of populations. `populations[group][population]`. */
export interface PersonResult {
  readonly person: string;
  /** Village of residence, ten digits without dots; absent for a person without one. */
  readonly area?: string;
  readonly populations: ReadonlyArray<readonly boolean[]>;
  /** Values of the program's `values`, by definition. */
  readonly values?: Readonly<Record<string, CqlValue>>;
}

/** How many persons of an area have which combination of criteria: the bits in the order of the program's groups and populations, all groups in one mask. */
export interface AreaCount {
  readonly area?: string;
  readonly bits: number;
  readonly persons: number;
}

/** Whom to evaluate: everyone, the people of areas (codes or their prefixes), or single persons. */
export type Subjects =
  | { readonly kind: 'all' }
  | { readonly kind: 'areas'; readonly prefixes: readonly string[] }
  | { readonly kind: 'persons'; readonly ids: readonly string[] };

/** One of the two ways to evaluate a program; both answer the same questions and must answer alike. */
export interface MeasureEvaluator {
  readonly kind: 'sql' | 'reference';
  persons(program: MeasureProgram, period: MeasurementPeriod, subjects: Subjects, run?: EvaluationRun): Promise<readonly PersonResult[]>;
  areas(program: MeasureProgram, period: MeasurementPeriod, subjects: Subjects, run?: EvaluationRun): Promise<readonly AreaCount[]>;
}

/** Counts persons by area and combination of criteria: the bits in the order of groups and populations. Sorted by area, those without one last. */
export function areaCounts(results: readonly PersonResult[]): readonly AreaCount[] {
  const counts = new Map<string, { area?: string; bits: number; persons: number }>();
  for (const { area, populations } of results) {
    const bits = populations.flat().reduce((mask, met, index) => (met ? mask + 2 ** index : mask), 0);
    const key = `${area ?? '~'} ${bits}`;
    const found = counts.get(key);
    if (found) found.persons += 1;
    else counts.set(key, { ...(area === undefined ? {} : { area }), bits, persons: 1 });
  }
  return [...counts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}
