import type { JsonObject } from '../../fhir/resource.js';
import { extractSearchValues, patientOf } from '../../search/extract.js';
import { searchPlans } from '../../search/plan.js';
import type { FactInput } from '../facts.js';
import { patientShard, shardOf } from '../shard.js';
import type { StoredVersion, WriteResult } from '../store.js';
import { storeText } from '../text.js';
import { instantText } from '../version.js';
import { versionBody } from './body.js';
import { nothing } from './conditions.js';
import type { Current } from './current.js';
import type { Draft } from './draft.js';
import { failure } from './failure.js';
import type { NewVersion } from './rows.js';
import type { Placed } from './send-rows.js';
import type { Transaction, Writer } from './transaction.js';

export interface MadeVersion {
  readonly result: WriteResult;
  /** Absent where nothing changes. */
  readonly version?: NewVersion;
  readonly live?: Placed;
  readonly fact?: FactInput;
}

/** The version that a draft makes of what is there, with all that follows from it. */
export function makeVersion(transaction: Transaction, draft: Draft, before: Current | undefined): MadeVersion {
  const { writer } = transaction;
  const { operation, type, id = '', key = '' } = draft;
  if (draft.existing !== undefined) return { result: { outcome: 'existing', version: draft.existing } };
  if (before !== undefined && (before.type !== type || before.id !== id))
    throw failure(409, draft, 'conflict', 'id-taken', storeText.idTaken(type, id), 'id');
  const isLive = before !== undefined && before.body !== null;
  const expected = operation.kind === 'create' ? undefined : operation.expectedVersion;
  if (expected !== undefined && (!isLive || before.version !== expected)) {
    throw failure(
      412,
      draft,
      'conflict',
      'version-conflict',
      storeText.versionConflict(type, id, expected, isLive ? before.version : undefined),
    );
  }
  const version = (before?.version ?? 0) + 1;
  const at = Math.max(transaction.at, before?.lastUpdated ?? 0);
  const lastUpdated = instantText(at);
  const plan = searchPlans(writer.registry).type(type);

  if (draft.action === 'delete') {
    if (!isLive) return { result: { outcome: 'existing', version: before === undefined ? nothing(type, id, at) : storedVersion(before) } };
    const made = { shard: before.shard, key, type, id, version, at, method: 'DELETE', body: null, write: transaction.id };
    const last = JSON.parse(before.body ?? '{}') as JsonObject;
    const patient = type === 'Patient' ? id : patientOf(plan, last, writer.extract);
    const fact = {
      shard: patient === undefined ? before.shard : patientShard(patient),
      type,
      id,
      version,
      at,
      resource: last,
      deleted: true,
      ...(patient === undefined ? {} : { patient }),
    };
    return {
      result: { outcome: 'deleted', version: { type, id, version, lastUpdated, deleted: true, method: 'DELETE' } },
      version: made,
      fact,
    };
  }

  const resource = draft.resource ?? {};
  if (isLive && versionBody(resource, id, before.version, instantText(before.lastUpdated)) === before.body) {
    return { result: { outcome: 'existing', version: storedVersion(before) } };
  }
  const values = extractSearchValues(plan, resource, id, writer.extract);
  const { patient } = values;
  const shard = before?.shard ?? shardOf(patient === undefined ? `${type}/${id}` : `Patient/${patient}`);
  transaction.shards.set(key, shard);
  const method = operation.kind === 'create' ? 'POST' : operation.kind === 'update' ? (operation.method ?? 'PUT') : 'PUT';
  const body = versionBody(resource, id, version, lastUpdated);
  const made = { shard, key, type, id, version, at, method, body, write: transaction.id };
  const replaced = isLive ? replacedSide(before, writer) : undefined;
  return {
    result: {
      outcome: isLive ? 'updated' : 'created',
      version: { type, id, version, lastUpdated, deleted: false, body, method },
    },
    version: made,
    live: { version: made, values, draft },
    fact: {
      shard: before === undefined || patient === undefined ? shard : patientShard(patient),
      ...(before === undefined ? {} : { shardBefore: replaced?.patient === undefined ? shard : patientShard(replaced.patient) }),
      type,
      id,
      version,
      at,
      resource,
      deleted: false,
      ...(patient === undefined ? {} : { patient }),
      ...(replaced === undefined ? {} : { before: replaced }),
    },
  };
}

/** The version that lived until now, and whose it was. */
function replacedSide({ type, id, body }: Current, writer: Writer): NonNullable<FactInput['before']> {
  const resource = JSON.parse(body ?? '{}') as JsonObject;
  const patient = type === 'Patient' ? id : patientOf(searchPlans(writer.registry).type(type), resource, writer.extract);
  return { resource, ...(patient === undefined ? {} : { patient }) };
}

function storedVersion(before: Current): StoredVersion {
  return {
    type: before.type,
    id: before.id,
    version: before.version,
    lastUpdated: instantText(before.lastUpdated),
    deleted: before.body === null,
    ...(before.body === null ? {} : { body: before.body }),
    method: before.method as StoredVersion['method'],
  };
}
