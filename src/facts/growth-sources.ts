import { temporalRange } from '../fhir/date.js';
import { asObject, type FhirResource, type JsonObject } from '../fhir/resource.js';
import { residenceOf } from './residence.js';
import { zoneMinutesOf } from './zone.js';

const dayMs = 86_400_000;

/**
 * The range of instants, in epoch milliseconds, within which everything of the local days lies that the times name; a day wider on both sides, since no zone
 * is further from UTC. The times are dates and dateTimes of FHIR; undefined where none of them can be read.
 */
export function growthWindow(times: readonly string[]): { readonly from: number; readonly to: number } | undefined {
  const ranges = times.flatMap((time) => temporalRange(time) ?? []);
  if (ranges.length === 0) return undefined;
  return { from: Math.min(...ranges.map(({ low }) => low)) - dayMs, to: Math.max(...ranges.map(({ high }) => high)) + dayMs };
}

/** The zone whose days count for a Patient, in minutes east of UTC: that of the village it lives in. */
export function growthZone(patient: FhirResource | JsonObject): number {
  return zoneMinutesOf(residenceOf({ resourceType: 'Patient', ...asObject(patient) }));
}
