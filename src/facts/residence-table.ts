import { personKey } from '../cql/person-key.js';
import type { FactInput, FactRow, FactTable } from '../store/facts.js';
import { hasMoved, residenceOf, residencesOf } from './residence.js';

/**
 * A row for each version of a Patient whose addresses name several villages, or another than the version before: where they lived on which day takes a look at
 * the versions. Closed rows tell of it as well as open ones. Everyone else has always lived where fact_person says.
 */
export const residenceTable: FactTable = {
  name: 'fact_moved',
  columns: [{ name: 'person', type: 'uuid' }],
  types: ['Patient'],
  required: new Set(['person']),
  indexes: [],
  signature: 'moved-2',
};

export function residenceRows({ type, patient, resource, deleted, before }: FactInput): readonly FactRow[] {
  if (type !== 'Patient' || deleted || patient === undefined) return [];
  const now = { ...resource, resourceType: 'Patient' };
  const isMover =
    hasMoved(residencesOf(now)) ||
    (before !== undefined && residenceOf({ ...before.resource, resourceType: 'Patient' }) !== residenceOf(now));
  return isMover ? [{ table: residenceTable.name, values: [personKey(patient)] }] : [];
}
