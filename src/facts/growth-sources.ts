import { temporalRange } from '../fhir/date.js';
import { asObject, type FhirResource, type JsonObject } from '../fhir/resource.js';
import { sourceTokens } from '../growth/measured.js';
import { residenceOf } from './residence.js';
import { zoneMinutesOf } from './zone.js';

const dayMs = 86_400_000;

/** The search, without its patient, for what growth is read from: at about the times given, or ever. The times are dates and dateTimes of FHIR. */
export function growthSources(times: readonly string[] = []): { readonly type: 'Observation'; readonly query: string } {
  const codes = `code=${encodeURIComponent(sourceTokens.join(','))}`;
  const ranges = times.flatMap((time) => temporalRange(time) ?? []);
  if (ranges.length === 0) return { type: 'Observation', query: codes };
  // A day wider on both sides: no zone is further from UTC.
  const from = new Date(Math.min(...ranges.map(({ low }) => low)) - dayMs).toISOString();
  const to = new Date(Math.max(...ranges.map(({ high }) => high)) + dayMs).toISOString();
  return { type: 'Observation', query: `${codes}&date=ge${from}&date=le${to}` };
}

/** The zone whose days count for a Patient, in minutes east of UTC: that of the village it lives in. */
export function growthZone(patient: FhirResource | JsonObject): number {
  return zoneMinutesOf(residenceOf({ resourceType: 'Patient', ...asObject(patient) }));
}
