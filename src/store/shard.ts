import { hash } from 'node:crypto';

/** Shards of a cluster: enough for any, few enough to count. Fixed for ever, as is the hash. */
export const shardCount = 4096;

/** Shard of a resource: of its patient's compartment where it lies in one, else of itself. `owner` is `Patient/id` or the resource's own `Type/id`. */
export function shardOf(owner: string): number {
  return Number.parseInt(hash('sha1', owner, 'hex').slice(-8), 16) % shardCount;
}

/** Shard of a patient's facts: they lie with the patient, also those of a resource that came from another patient and so stays in that one's shard. */
export function patientShard(patient: string): number {
  return shardOf(`Patient/${patient}`);
}
