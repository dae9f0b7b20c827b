import type { FactInput, FactWriter } from '../facts.js';
import { patientShard } from '../shard.js';
import { type Column, insertStatement, type RowStatement } from './columns.js';

/** Someone whose facts a write has changed. `touched` as `FactWriter.touches` says it. */
export interface DirtyPerson {
  readonly shard: number;
  readonly person: string;
  readonly write: string;
  readonly at: number;
  readonly touched: ReadonlySet<string>;
}

/** Everyone whose facts the versions change: the patient of each, and the one it belonged to before. */
export function dirtyPersons(writer: FactWriter, facts: readonly FactInput[], write: string, at: number): readonly DirtyPerson[] {
  const found = new Map<string, { readonly shard: number; readonly touched: Set<string> }>();
  for (const { type, patient, resource, deleted, before } of facts) {
    if (!writer.types.has(type)) continue;
    if (!deleted || before === undefined) add(type, patient, resource);
    if (before !== undefined) add(type, before.patient, before.resource);
  }
  return [...found].map(([person, { shard, touched }]) => ({ shard, person, write, at, touched }));

  function add(type: string, patient: string | undefined, resource: FactInput['resource']): void {
    if (patient === undefined) return;
    const person = writer.person(patient);
    let known = found.get(person);
    if (known === undefined) {
      known = { shard: patientShard(patient), touched: new Set() };
      found.set(person, known);
    }
    for (const touch of writer.touches(type, resource)) known.touched.add(touch);
  }
}

const columns: readonly Column<DirtyPerson>[] = [
  { name: 'shard', type: 'int', of: ({ shard }) => shard },
  { name: 'person', type: 'uuid', of: ({ person }) => person },
  { name: 'write_id', type: 'uuid', of: ({ write }) => write },
  { name: 'generation', type: 'int', of: () => 0 },
  { name: 'at', type: 'bigint', of: ({ at }) => at },
  { name: 'touched', type: 'bigint[]', of: ({ touched }) => `{${[...touched].join(',')}}` },
];

export const insertDirty: RowStatement<DirtyPerson> = insertStatement('dirty_person', columns);
