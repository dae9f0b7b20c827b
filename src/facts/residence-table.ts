import { personKey } from '../cql/person-key.js';
import type { FactInput, FactRow, FactTable } from '../store/facts.js';
import { hasMoved, residencesOf } from './residence.js';

/** Persons whose addresses name several villages: on which day they lived where takes a look at the Patient. Everyone else has lived where fact_person says. */
export const residenceTable: FactTable = {
  name: 'fact_moved',
  columns: [{ name: 'person', type: 'uuid' }],
  types: ['Patient'],
  required: new Set(['person']),
  indexes: [['shard', 'person']],
  signature: 'moved-1',
};

export function residenceRows({ type, patient, resource, deleted }: FactInput): readonly FactRow[] {
  if (type !== 'Patient' || deleted || patient === undefined) return [];
  return hasMoved(residencesOf({ ...resource, resourceType: 'Patient' }))
    ? [{ table: residenceTable.name, values: [personKey(patient)] }]
    : [];
}
