import type { Extension, MeasureGroup } from '@medplum/fhirtypes';
import type { Score } from '../score.js';

/** Extensions of ours on Measure.group, copied onto the groups of a report. */
export const targetUrl = 'https://lontar.id/fhir/StructureDefinition/measure-target';
export const denominatorBasisUrl = 'https://lontar.id/fhir/StructureDefinition/measure-denominator-basis';

/** What a programme wants of an indicator, and who says so. */
export interface Target {
  readonly comparator: '>=' | '<=';
  readonly percent: number;
  readonly year?: number;
  readonly source: string;
  /** False where no source could be read: shown as "to be confirmed". */
  readonly verified: boolean;
}

/** Where the denominator comes from: registered, measured, projected (sasaran) or estimated persons. */
export interface DenominatorBasis {
  readonly code: string;
  readonly description: string;
}

/** A group of a Measure or of its report: both bear the extensions. */
type Extended = Pick<MeasureGroup, 'extension'>;

export function targetOf(group: Extended): Target | undefined {
  const parts = extensionParts(group, targetUrl);
  const quantity = part(parts, 'value')?.valueQuantity;
  if (quantity?.value === undefined || (quantity.comparator !== '>=' && quantity.comparator !== '<=')) return undefined;
  const year = part(parts, 'year')?.valuePositiveInt;
  return {
    comparator: quantity.comparator,
    percent: quantity.value,
    ...(year === undefined ? {} : { year }),
    source: part(parts, 'source')?.valueString ?? '',
    verified: part(parts, 'verified')?.valueBoolean === true,
  };
}

export function denominatorBasisOf(group: Extended): DenominatorBasis | undefined {
  const parts = extensionParts(group, denominatorBasisUrl);
  const code = part(parts, 'code')?.valueCode;
  return code === undefined ? undefined : { code, description: part(parts, 'description')?.valueString ?? '' };
}

/** Judged on the counts, not on the rounded percentage: 81.996 % doesn't meet 82 %. */
export function meetsTarget(target: Target, { numerator, denominator }: Pick<Score, 'numerator' | 'denominator'>): boolean {
  const wanted = target.percent * denominator;
  return target.comparator === '>=' ? numerator * 100 >= wanted : numerator * 100 <= wanted;
}

function extensionParts(group: Extended, url: string): readonly Extension[] {
  return group.extension?.find((extension) => extension.url === url)?.extension ?? [];
}

function part(parts: readonly Extension[], url: string): Extension | undefined {
  return parts.find((found) => found.url === url);
}
