import type { Measure } from '@medplum/fhirtypes';
import type { Disagreement } from '../measure/agreement/check.js';
import type { PopulationCoverage } from '../measure/agreement/coverage.js';
import { faultSummary, type PlantedFault, plantFaults } from '../measure/agreement/plant.js';
import { type AgreementParts, type MeasureAgreement, measureAgreement } from '../measure/agreement/run.js';
import { commandText } from './text.js';

export interface DoctorAgreementOptions {
  readonly persons: number;
  readonly seed: number;
  readonly json: boolean;
}

export interface DoctorAgreementOutput {
  print(text: string): void;
  /** Hears before each measure; `done` of `total` are behind it. */
  progress(measure: string, done: number, total: number): void;
}

/**
 * Checks measure by measure whether compiled SQL says the same as the reference engine of persons grown on the measure's boundaries.
 * Resolves with the exit code: 1 where an answer differs.
 */
export async function doctorAgreement(
  parts: AgreementParts,
  measures: readonly Measure[],
  options: DoctorAgreementOptions,
  output: DoctorAgreementOutput,
): Promise<number> {
  const checked: Array<Omit<MeasureAgreement, 'results'>> = [];
  for (const measure of followed(measures, output)) {
    const { results: _, ...found } = await measureAgreement(parts, measure, options);
    checked.push(found);
    output.print(options.json ? JSON.stringify(found) : agreementLine(found));
  }
  const differing = checked.filter(({ disagreements }) => disagreements.length > 0).length;
  const bySql = checked.filter(({ refusals }) => refusals.length === 0).length;
  const persons = checked.reduce((sum, found) => sum + found.persons, 0);
  const { id, en } = commandText.agreement(bySql, checked.length - bySql, persons, differing);
  if (!options.json) output.print(`${id}\n${en}`);
  return differing > 0 ? 1 : 0;
}

/** Checks the check: plants faults in the compiler's plans. Resolves with the exit code: 1 where a kind of fault is never noticed. */
export async function doctorFaults(
  parts: AgreementParts,
  measures: readonly Measure[],
  options: DoctorAgreementOptions,
  output: DoctorAgreementOutput,
): Promise<number> {
  const planted: PlantedFault[] = [];
  for (const measure of followed(measures, output)) {
    const found = await plantFaults(parts, measure, options);
    planted.push(...found);
    if (options.json) for (const fault of found) output.print(JSON.stringify(fault));
  }
  if (!options.json) output.print(faultTable(planted));
  return faultSummary(planted).some(({ noticed }) => noticed === 0) ? 1 : 0;
}

function* followed(measures: readonly Measure[], output: DoctorAgreementOutput): Generator<Measure> {
  for (const [place, measure] of measures.entries()) {
    output.progress(measure.id ?? '', place, measures.length);
    yield measure;
  }
  output.progress('', measures.length, measures.length);
}

/** `ANC-K6  5000 = | K1: initial-population 3355, …`, with what differs below. */
function agreementLine({ id, persons, refusals, populations, disagreements }: Omit<MeasureAgreement, 'results'>): string {
  const [refusal] = refusals;
  if (refusal) return `${id.padEnd(28)}${commandText.byReference.id} / ${commandText.byReference.en}: ${refusal.text.en}`;
  const mark = disagreements.length === 0 ? '=' : `≠ ${disagreements.length}`;
  const groups = [...new Set(populations.map(({ group }) => group))];
  const members = groups.map(
    (name) =>
      `${name}: ${populations
        .filter(({ group }) => group === name)
        .map(populationText)
        .join(', ')}`,
  );
  return [
    `${id.padEnd(28)}${String(persons).padStart(6)} ${mark} | ${members.join(' | ')}`,
    ...disagreements.slice(0, 1).map(disagreementText),
  ].join('\n');
}

function populationText({ population, members }: PopulationCoverage): string {
  return `${population} ${members}`;
}

function disagreementText({ person, criteria, smallest }: Disagreement): string {
  return [`  ${criteria.join(', ')}: ${person.origin}`, ...smallest.map((resource) => `  ${JSON.stringify(resource)}`)].join('\n');
}

function faultTable(planted: readonly PlantedFault[]): string {
  const rows = faultSummary(planted).map(({ kind, planted: all, noticed }) => `${kind.padEnd(40)}${String(noticed).padStart(5)} / ${all}`);
  const unnoticed = planted.filter(({ differing }) => differing === 0).map(({ measure, kind, place }) => `  ${measure}: ${kind}, ${place}`);
  return [...rows, ...(unnoticed.length === 0 ? [] : [`${commandText.unnoticed.id} / ${commandText.unnoticed.en}`, ...unnoticed])].join(
    '\n',
  );
}
