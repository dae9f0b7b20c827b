import type { DataRequirement, DataRequirementCodeFilter, ElementDefinition, Measure, StructureDefinition } from '@medplum/fhirtypes';
import { isObject } from '../../fhir/resource.js';
import { guideMeasures } from '../../measure/find-measure.js';
import { dataRequirements } from '../../measure/operations/data-requirements.js';
import type { GuideServices } from './services.js';

/** What a measure reads: each retrieve of its CQL. */
export interface MeasureReads {
  readonly measure: Measure;
  readonly requirements: readonly DataRequirement[];
}

/** The guide's measures with what each of them reads, by id. */
export function measureReads({ registry, libraries }: Pick<GuideServices, 'libraries' | 'registry'>): readonly MeasureReads[] {
  return guideMeasures({ registry }).map((measure) => ({
    measure,
    requirements: dataRequirements(libraries, measure.library ?? []).dataRequirement ?? [],
  }));
}

/** The measures that read what conforms to a profile: a retrieve of its type whose codes, where both say which, meet the profile's own. */
export function measuresReading(
  reads: readonly MeasureReads[],
  profile: StructureDefinition,
  terminology: GuideServices['terminology'],
): readonly Measure[] {
  const readsProfile = ({ type, codeFilter }: DataRequirement): boolean =>
    type === profile.type && (codeFilter ?? []).every((filter) => mayMeet(filter, profile, terminology));
  return reads.filter(({ requirements }) => requirements.some(readsProfile)).map(({ measure }) => measure);
}

/** Codes not known on either side may meet anything. */
function mayMeet(filter: DataRequirementCodeFilter, profile: StructureDefinition, terminology: GuideServices['terminology']): boolean {
  const wanted = filterCodes(filter, terminology);
  const own = profileCodes(profile, filter.path ?? '', terminology);
  return wanted === undefined || own === undefined || [...own].some((code) => wanted.has(code));
}

function filterCodes(
  { code, valueSet }: DataRequirementCodeFilter,
  terminology: GuideServices['terminology'],
): ReadonlySet<string> | undefined {
  if (code !== undefined) return new Set(code.map((coding) => `${coding.system ?? ''}|${coding.code ?? ''}`));
  const members = valueSet === undefined ? undefined : terminology.members(valueSet);
  return members && new Set(members.keys());
}

/** The codes that a profile lets stand at an element: those it demands, or those of a required binding. */
function profileCodes(
  profile: StructureDefinition,
  path: string,
  terminology: GuideServices['terminology'],
): ReadonlySet<string> | undefined {
  const elements = (profile.snapshot?.element ?? []).filter(
    ({ path: at }) => at === `${profile.type}.${path}` || at === `${profile.type}.${path}.coding`,
  );
  const demanded = elements.flatMap(demandedCodings);
  if (demanded.length > 0) return new Set(demanded);
  const bound = elements.find(({ binding }) => binding?.strength === 'required' && binding.valueSet !== undefined)?.binding?.valueSet;
  const members = bound === undefined ? undefined : terminology.members(bound);
  return members && new Set(members.keys());
}

function demandedCodings(element: ElementDefinition): readonly string[] {
  const values: unknown[] = [element.patternCodeableConcept, element.fixedCodeableConcept, element.patternCoding, element.fixedCoding];
  return values.filter(isObject).flatMap((value) => {
    const codings = Array.isArray(value.coding) ? value.coding.filter(isObject) : [value];
    return codings.flatMap(({ system, code }) => (typeof code === 'string' ? [`${String(system ?? '')}|${code}`] : []));
  });
}
