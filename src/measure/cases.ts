import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MeasurementPeriod, PopulationCode } from '../cql/program.js';
import type { FhirResource } from '../fhir/resource.js';

/** A person decided by hand: resources, and of which populations of which group the person is a member after the membership rules. */
export interface MeasureCase {
  readonly name: string;
  readonly resources: readonly FhirResource[];
  readonly expected: Readonly<Record<string, readonly PopulationCode[]>>;
}

/** One file of cases: all of one period. */
export interface MeasureCases {
  readonly measure: string;
  readonly period: MeasurementPeriod;
  readonly cases: readonly MeasureCase[];
}

/** The case files of a measure, `profiles/measures/<id>/cases/*.json` below `root`, by file name; empty where it has none. */
export function loadCases(root: string, id: string): ReadonlyMap<string, MeasureCases> {
  const folder = join(root, 'profiles', 'measures', id, 'cases');
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  return new Map(files.map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as MeasureCases]));
}
