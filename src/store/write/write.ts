import { asObject, type JsonObject } from '../../fhir/resource.js';
import type { TransactionConnection } from '../database.js';
import type { FactInput } from '../facts.js';
import { withMedications } from '../medications.js';
import type { WriteContext, WriteOperation, WriteResult } from '../store.js';
import { lockFirst, resolveConditions } from './conditions.js';
import { readCurrent, readTargets } from './current.js';
import { changeOf, deriveAnew } from './derive.js';
import { dirtyPersons, insertDirty } from './dirty.js';
import { type Draft, draftOf } from './draft.js';
import { conditionalReferences, linkDrafts, linkTable, refuseBrokenReferences, resolveReferences } from './links.js';
import { makeVersion } from './make-version.js';
import { adoptReferences, insertRecord, type NewVersion } from './rows.js';
import { type Placed, sendRows } from './send-rows.js';
import type { Transaction, Writer } from './transaction.js';

export interface Written {
  readonly results: readonly WriteResult[];
  /** Dictionary tokens that are stored once the transaction is. */
  readonly tokens: readonly string[];
}

/**
 * Does all operations inside the transaction of `connection`, in R4's order: conditions are resolved, then deletions, creations and updates happen,
 * last of all those whose references are conditional, since these may mean what came before. Throws OperationOutcomeError, or WriteConflict.
 */
export async function writeAll(
  connection: TransactionConnection,
  operations: readonly WriteOperation[],
  context: WriteContext,
  writer: Writer,
): Promise<Written> {
  const drafts = operations.map((operation, index) => draftOf(operation, index, operations.length));
  await lockFirst(connection, drafts);
  await resolveConditions(connection, drafts, context, writer);
  const links = linkTable(drafts, writer);
  const transaction: Transaction = {
    connection,
    writer,
    at: writer.clock(),
    id: writer.newId(),
    links,
    livesElsewhere: context.livesElsewhere ?? (() => false),
    shards: new Map(),
    identifiers: new Map(),
    versions: [],
    tokens: [],
    facts: [],
    changes: [],
    results: new Array(drafts.length),
  };
  const isLate = (draft: Draft) =>
    draft.operation.kind !== 'delete' && conditionalReferences(asObject(draft.operation.resource)).length > 0;
  const late = drafts.filter(isLate);
  const early = late.length === 0 ? drafts : drafts.filter((draft) => !isLate(draft));
  await writePhase(transaction, early, drafts, new Map(), !writer.referentialIntegrity);
  if (late.length > 0) await writePhase(transaction, late, drafts, await resolveReferences(transaction, late, context), true);
  await writeDerived(transaction, drafts.length);
  if (transaction.versions.length > 0) {
    const entries = JSON.stringify(transaction.versions.map(({ type, id, version, method }) => [type, id, version, method]));
    const record = { id: transaction.id, at: transaction.at, actor: context.actor, requestId: context.requestId, entries };
    for (const statement of insertRecord(record)) connection.send(statement);
    if (writer.marksDirty && writer.facts !== undefined) {
      const dirty = dirtyPersons(writer.facts, transaction.facts, transaction.id, transaction.at);
      if (dirty.length > 0) connection.send(insertDirty(dirty));
    }
  }
  return { results: transaction.results.slice(0, drafts.length), tokens: transaction.tokens };
}

/** Writes what follows from what was written. Their references are those of their sources, which were judged when they came. */
async function writeDerived(transaction: Transaction, count: number): Promise<void> {
  const { connection, writer, changes } = transaction;
  if (writer.deriver === undefined || changes.length === 0) return;
  const operations = await deriveAnew(connection, changes, writer.deriver);
  const drafts = operations.map((operation, at) => draftOf(operation, count + at, operations.length));
  if (drafts.length > 0) await writePhase(transaction, drafts, drafts, new Map(), !writer.referentialIntegrity, false);
}

async function writePhase(
  transaction: Transaction,
  drafts: readonly Draft[],
  all: readonly Draft[],
  conditional: ReadonlyMap<string, string>,
  mayBeAwaited: boolean,
  refusesBroken: boolean = transaction.writer.referentialIntegrity,
): Promise<void> {
  const { connection, writer } = transaction;
  const isOwn = new Set(all.filter(({ action }) => action === 'create' || action === 'update').map(({ key }) => key));
  const isDeleted = new Set(all.filter(({ action }) => action === 'delete').map(({ key }) => key));
  const targets = linkDrafts(transaction, drafts, conditional, refusesBroken);
  const changed = drafts.filter(({ action }) => action !== 'none');
  const changedKeys = changed.flatMap(({ key, operation }) => (key === undefined || operation.kind === 'create' ? [] : [key]));
  const targetKeys = [...targets.keys()].filter((key) => !isOwn.has(key) && !transaction.shards.has(key));
  const [current, found] = await Promise.all([readCurrent(connection, changedKeys), readTargets(connection, targetKeys)]);
  if (refusesBroken) refuseBrokenReferences(targets, found, isOwn, isDeleted, transaction);
  for (const [key, { shard }] of found) transaction.shards.set(key, shard);

  const creations: Placed[] = [];
  const updates: Placed[] = [];
  const deletions: NewVersion[] = [];
  const reborn: Placed[] = [];
  const fresh: NewVersion[] = [];
  const facts: FactInput[] = [];
  for (const draft of inR4Order(drafts)) {
    const before = draft.key === undefined ? undefined : current.get(draft.key);
    const made = makeVersion(transaction, draft, before);
    transaction.results[draft.index] = made.result;
    if (made.version === undefined || made.fact === undefined) continue;
    transaction.versions.push(made.version);
    if (before === undefined) fresh.push(made.version);
    if (made.live === undefined) deletions.push(made.version);
    else if (before === undefined) creations.push(made.live);
    else if (before.body === null) reborn.push(made.live);
    else updates.push(made.live);
    facts.push(made.fact);
    if (writer.deriver?.types.has(draft.type) === true) transaction.changes.push(changeOf(made.fact, before !== undefined));
  }
  const told = await withMedications(connection, facts, medicationsOf(facts));
  transaction.facts.push(...told);
  await sendRows(transaction, { creations, updates, deletions, reborn, fresh, facts: told });
  // References written before their target could not name its shard. Without broken references only a resource under an id of its sender's was awaited.
  const awaited = mayBeAwaited ? fresh : fresh.filter(({ method }) => method === 'PUT');
  if (awaited.length > 0) await connection.query(adoptReferences(awaited), { name: true });
}

/** Medications that are written with what refers to them, by id. */
function medicationsOf(facts: readonly FactInput[]): ReadonlyMap<string, JsonObject> {
  return new Map(facts.flatMap(({ type, id, resource, deleted }) => (type === 'Medication' && !deleted ? [[id, resource] as const] : [])));
}

const order = { delete: 0, create: 1, update: 2, none: 3 } as const;

function inR4Order(drafts: readonly Draft[]): readonly Draft[] {
  return [...drafts].sort((a, b) => order[a.action] - order[b.action] || a.index - b.index);
}
