import type { Registry } from '../../definitions/registry.js';
import { type Issue, type IssueCode, issue, OperationOutcomeError, type Text } from '../../fhir/outcome.js';
import { asObject, type JsonObject } from '../../fhir/resource.js';
import { type ExtractOptions, extractSearchValues, patientOf } from '../../search/extract.js';
import { resourceKey, tokenHash } from '../../search/hash.js';
import { parseSearch } from '../../search/parse.js';
import { searchPlans } from '../../search/plan.js';
import type { SearchRequest } from '../../search/request.js';
import type { SqlFragment } from '../../sql.js';
import type { Connection, Row, TransactionConnection } from '../database.js';
import type { Change, Deriver } from '../derive.js';
import type { FactInput, FactWriter } from '../facts.js';
import { shardOf } from '../shard.js';
import type { StoredVersion, WriteContext, WriteOperation, WriteResult } from '../store.js';
import { storeText } from '../text.js';
import type { FindBusinessIdentifiers } from '../unique-identifiers.js';
import { instantText } from '../version.js';
import { versionBody } from './body.js';
import { type Current, lockKeys, readCurrent, readTargets, type Target } from './current.js';
import { changeOf, deriveAnew } from './derive.js';
import type { Draft } from './draft.js';
import { factStatements } from './fact-rows.js';
import { eachReference, findReferences, localTarget, replaceLinks } from './references.js';
import * as rows from './rows.js';

/** What writing needs to know; the same for each write of a store. */
export interface Writer {
  readonly registry: Registry;
  readonly extract: ExtractOptions;
  readonly clock: () => number;
  readonly newId: () => string;
  readonly facts?: FactWriter;
  /** Whether a reference to a resource that this server lacks is refused. */
  readonly referentialIntegrity: boolean;
  readonly findIdentifiers: FindBusinessIdentifiers;
  readonly isLinkName: (name: string) => boolean;
  /** At most two versions that meet the criteria. */
  readonly match: (connection: Connection, request: SearchRequest, context: WriteContext) => Promise<readonly StoredVersion[]>;
  readonly deriver?: Deriver;
  /** Dictionary rows that are known to be stored. */
  readonly knownTokens: Set<string>;
}

/** Another transaction was faster: the write is to be tried again from the start. */
export class WriteConflict extends Error {}

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
    shards: new Map(),
    identifiers: new Map(),
    versions: [],
    tokens: [],
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
    for (const statement of rows.insertRecord(record)) connection.send(statement);
  }
  return { results: transaction.results.slice(0, drafts.length), tokens: transaction.tokens };
}

interface Transaction {
  readonly connection: TransactionConnection;
  readonly writer: Writer;
  readonly at: number;
  readonly id: string;
  /** fullUrl → `Type/id`. */
  readonly links: ReadonlyMap<string, string>;
  /** Shards of resources that this transaction has written or looked at, by key. */
  readonly shards: Map<string, number>;
  /** Business identifiers of this transaction → where they stand. */
  readonly identifiers: Map<string, string>;
  readonly versions: rows.NewVersion[];
  readonly tokens: string[];
  /** What derivers are to look at. */
  readonly changes: Change[];
  readonly results: WriteResult[];
}

/** Writes what follows from what was written. Their references are those of their sources, which were judged when they came. */
async function writeDerived(transaction: Transaction, count: number): Promise<void> {
  const { connection, writer, changes } = transaction;
  if (writer.deriver === undefined || changes.length === 0) return;
  const operations = await deriveAnew(connection, changes, writer.deriver);
  const drafts = operations.map((operation, at) => draftOf(operation, count + at, operations.length));
  if (drafts.length > 0) await writePhase(transaction, drafts, drafts, new Map(), !writer.referentialIntegrity, false);
}

function draftOf(operation: WriteOperation, index: number, count: number): Draft {
  const type = operation.kind === 'create' ? operation.resource.resourceType : operation.type;
  const expression = operation.expression ?? (count > 1 ? `Bundle.entry[${index}].resource` : type);
  const id = operation.kind === 'create' ? undefined : operation.id;
  return {
    index,
    operation,
    expression,
    type,
    action: operation.kind,
    ...(operation.condition === undefined ? {} : { condition: operation.condition }),
    ...(id === undefined ? {} : { id, key: resourceKey(type, id) }),
  };
}

/** Writers of the same resource, and conditional writers with the same criteria, take turns. Plain creations lock nothing. */
async function lockFirst(connection: Connection, drafts: readonly Draft[]): Promise<void> {
  const keys = drafts.flatMap(({ type, key, condition }) => [
    ...(key === undefined ? [] : [key]),
    ...(condition === undefined ? [] : [tokenHash(`condition ${type}?${condition.self}`)]),
  ]);
  if (keys.length > 0) await connection.query(lockKeys(keys), { name: true });
}

async function resolveConditions(connection: Connection, drafts: readonly Draft[], context: WriteContext, writer: Writer): Promise<void> {
  const conditional = drafts.filter((draft) => draft.condition !== undefined);
  const found = await Promise.all(
    conditional.map((draft) => (draft.condition === undefined ? [] : writer.match(connection, draft.condition, context))),
  );
  conditional.forEach((draft, index) => {
    const matches = found[index] ?? [];
    if (matches.length > 1) throw failure(412, draft, 'multiple-matches', 'condition-many', storeText.multipleMatches(matches.length));
    resolveCondition(draft, matches[0], writer);
  });
  for (const draft of drafts) {
    if (draft.action !== 'create' && draft.id === undefined) throw new Error('an update or delete needs an id or a condition');
    if (draft.action !== 'create' || draft.id !== undefined) continue;
    draft.id = writer.newId();
    draft.key = resourceKey(draft.type, draft.id);
  }
  refuseOverlaps(drafts);
  refuseTwins(conditional);
  const late = conditional
    .filter(({ action }) => action === 'update' || action === 'delete')
    .flatMap(({ key }) => (key === undefined ? [] : [key]));
  if (late.length > 0) await connection.query(lockKeys(late), { name: true });
}

/** Source: R4 http §3.1.0.8.1 conditional create, §3.1.0.4.3 conditional update, §3.1.0.7.1 conditional delete. */
function resolveCondition(draft: Draft, match: StoredVersion | undefined, writer: Writer): void {
  const { operation } = draft;
  if (operation.kind === 'create') {
    if (match === undefined) return;
    draft.action = 'none';
    draft.existing = match;
    draft.id = match.id;
    draft.key = resourceKey(match.type, match.id);
    return;
  }
  if (operation.kind === 'delete') {
    if (match === undefined) {
      draft.action = 'none';
      draft.id = '';
      draft.existing = nothing(draft.type, '', writer.clock());
    } else {
      draft.id = match.id;
      draft.key = resourceKey(match.type, match.id);
    }
    return;
  }
  const given = operation.resource.id ?? operation.id;
  if (match === undefined) {
    if (given === undefined) {
      draft.action = 'create';
      return;
    }
    draft.id = given;
  } else {
    if (given !== undefined && given !== match.id) {
      throw failure(400, draft, 'value', 'condition-id', storeText.conditionalIdMismatch(given, `${match.type}/${match.id}`), 'id');
    }
    draft.id = match.id;
  }
  draft.key = resourceKey(draft.type, draft.id);
}

/** Stands for a resource that never was: version 0. */
function nothing(type: string, id: string, at: number): StoredVersion {
  return { type, id, version: 0, lastUpdated: instantText(at), deleted: true, method: 'DELETE' };
}

/** R4 http §3.1.0.11.2: a transaction in which identities overlap fails. */
function refuseOverlaps(drafts: readonly Draft[]): void {
  const seen = new Map<string, Draft>();
  for (const draft of drafts) {
    if (draft.action === 'none' || draft.key === undefined) continue;
    if (seen.has(draft.key)) throw failure(400, draft, 'duplicate', 'bundle-overlap', storeText.sameTarget(`${draft.type}/${draft.id}`));
    seen.set(draft.key, draft);
  }
}

/** Two conditional creations with the same criteria, of which nothing is there yet: together they would make what each of them means to avoid. */
function refuseTwins(conditional: readonly Draft[]): void {
  const seen = new Set<string>();
  for (const draft of conditional) {
    if (draft.action !== 'create') continue;
    const criteria = `${draft.type}?${draft.condition?.self}`;
    if (seen.has(criteria)) throw failure(400, draft, 'duplicate', 'bundle-overlap', storeText.sameCriteria(draft.type));
    seen.add(criteria);
  }
}

/** What links between entries mean. A fullUrl in the form of a RESTful address is known under its end as well. */
function linkTable(drafts: readonly Draft[], writer: Writer): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  for (const draft of drafts) {
    const { fullUrl } = draft.operation;
    if (fullUrl === undefined || draft.id === undefined || draft.operation.kind === 'delete') continue;
    if (links.has(fullUrl)) throw failure(400, draft, 'duplicate', 'bundle-full-url', storeText.sameFullUrl(fullUrl));
    links.set(fullUrl, `${draft.type}/${draft.id}`);
    const local = localTarget(fullUrl, writer.extract.ownBases, writer.registry);
    // A resource sent under its relative or absolute old address gets a new id: references by that old address follow it.
    if (draft.action === 'create' && local !== undefined) links.set(`${local.type}/${local.id}`, `${draft.type}/${draft.id}`);
  }
  return links;
}

/** References inside a stored Bundle are its own affair: they mean its entries. */
const enclosed = 'Bundle';

function conditionalReferences(resource: JsonObject): readonly string[] {
  const found: string[] = [];
  if (resource['resourceType'] === enclosed) return found;
  eachReference(resource, (reference) => {
    if (conditionalReference.test(reference)) found.push(reference);
  });
  return found;
}

const conditionalReference = /^[A-Z][A-Za-z]+\?/;

async function resolveReferences(
  transaction: Transaction,
  drafts: readonly Draft[],
  context: WriteContext,
): Promise<ReadonlyMap<string, string>> {
  const { writer, connection } = transaction;
  const resolved = new Map<string, string>();
  for (const draft of drafts) {
    if (draft.operation.kind === 'delete') continue;
    for (const reference of conditionalReferences(asObject(draft.operation.resource))) {
      if (resolved.has(reference)) continue;
      const cut = reference.indexOf('?');
      const type = reference.slice(0, cut);
      const place = placeOf(draft, reference);
      if (!writer.registry.isResourceType(type))
        throw failure(422, draft, 'not-found', 'reference-conditional', storeText.conditionalReferenceNone(reference), place);
      const parsed = parseSearch({
        registry: writer.registry,
        type,
        query: reference.slice(cut + 1),
        zoneMinutes: writer.extract.zoneMinutes,
      });
      if (!parsed.ok) {
        throw new OperationOutcomeError(
          400,
          parsed.issues.map((found) => ({ ...found, expression: `${draft.expression}.${place}` })),
        );
      }
      const matches = await writer.match(connection, parsed.value, context);
      const only = matches[0];
      if (only === undefined)
        throw failure(422, draft, 'not-found', 'reference-conditional', storeText.conditionalReferenceNone(type), place);
      if (matches.length > 1)
        throw failure(412, draft, 'multiple-matches', 'reference-conditional', storeText.conditionalReferenceMany(type), place);
      resolved.set(reference, `${only.type}/${only.id}`);
    }
  }
  return resolved;
}

async function writePhase(
  transaction: Transaction,
  drafts: readonly Draft[],
  all: readonly Draft[],
  conditional: ReadonlyMap<string, string>,
  mayBeAwaited: boolean,
  refusesBroken: boolean = transaction.writer.referentialIntegrity,
): Promise<void> {
  const { connection, writer, links } = transaction;
  const isOwn = new Set(all.filter(({ action }) => action === 'create' || action === 'update').map(({ key }) => key));
  const isDeleted = new Set(all.filter(({ action }) => action === 'delete').map(({ key }) => key));
  const targets = new Map<string, { readonly name: string; readonly draft: Draft; readonly reference: string }>();
  for (const draft of drafts) {
    if (draft.operation.kind === 'delete' || draft.action === 'none') continue;
    const resource = asObject(draft.operation.resource);
    if (draft.type === enclosed) {
      draft.resource = resource;
      continue;
    }
    draft.resource =
      links.size + conditional.size === 0
        ? resource
        : replaceLinks(resource, writer.isLinkName, (link) => conditional.get(link) ?? links.get(link));
    eachReference(draft.resource, (reference) => {
      if (reference.startsWith('urn:uuid:') || reference.startsWith('urn:oid:')) {
        if (refusesBroken)
          throw failure(422, draft, 'not-found', 'reference-urn', storeText.unresolvedUrn(reference), placeOf(draft, reference));
        return;
      }
      const target = localTarget(reference, writer.extract.ownBases, writer.registry);
      if (target === undefined) return;
      const key = resourceKey(target.type, target.id);
      if (!targets.has(key)) targets.set(key, { name: `${target.type}/${target.id}`, draft, reference });
    });
  }
  const changed = drafts.filter(({ action }) => action !== 'none');
  const changedKeys = changed.flatMap(({ key, operation }) => (key === undefined || operation.kind === 'create' ? [] : [key]));
  const targetKeys = [...targets.keys()].filter((key) => !isOwn.has(key) && !transaction.shards.has(key));
  const [current, found] = await Promise.all([readCurrent(connection, changedKeys), readTargets(connection, targetKeys)]);
  if (refusesBroken) refuseBrokenReferences(targets, found, isOwn, isDeleted, transaction.shards);
  for (const [key, { shard }] of found) transaction.shards.set(key, shard);

  const creations: Placed[] = [];
  const updates: Placed[] = [];
  const deletions: rows.NewVersion[] = [];
  const reborn: Placed[] = [];
  const fresh: rows.NewVersion[] = [];
  const facts: FactInput[] = [];
  for (const draft of inR4Order(drafts)) {
    const before = draft.key === undefined ? undefined : current.get(draft.key);
    const made = makeVersion(transaction, draft, before);
    transaction.results[draft.index] = made.result;
    if (made.version === undefined) continue;
    transaction.versions.push(made.version);
    if (before === undefined) fresh.push(made.version);
    if (made.live === undefined) deletions.push(made.version);
    else if (before === undefined) creations.push(made.live);
    else if (before.body === null) reborn.push(made.live);
    else updates.push(made.live);
    if (made.fact === undefined) continue;
    facts.push(made.fact);
    if (writer.deriver?.types.has(draft.type) === true) transaction.changes.push(changeOf(made.fact, before, writer));
  }
  await sendRows(transaction, { creations, updates, deletions, reborn, fresh, facts });
  // References written before their target could not name its shard.
  if (mayBeAwaited && fresh.length > 0) await connection.query(rows.adoptReferences(fresh), { name: true });
}

const order = { delete: 0, create: 1, update: 2, none: 3 } as const;

function inR4Order(drafts: readonly Draft[]): readonly Draft[] {
  return [...drafts].sort((a, b) => order[a.action] - order[b.action] || a.index - b.index);
}

function refuseBrokenReferences(
  targets: ReadonlyMap<string, { readonly name: string; readonly draft: Draft; readonly reference: string }>,
  found: ReadonlyMap<string, Target>,
  isOwn: ReadonlySet<string | undefined>,
  isDeleted: ReadonlySet<string | undefined>,
  known: ReadonlyMap<string, number>,
): void {
  const issues: Issue[] = [];
  let status = 422;
  for (const [key, { name, draft, reference }] of targets) {
    if (isOwn.has(key) || (known.has(key) && !isDeleted.has(key))) continue;
    const target = found.get(key);
    if (target?.isLive === true && !isDeleted.has(key)) continue;
    const text = target === undefined && !isDeleted.has(key) ? storeText.brokenReference(name) : storeText.deletedReference(name);
    const error = failure(422, draft, 'not-found', 'reference-target', text, placeOf(draft, reference));
    status = error.status;
    issues.push(...error.issues.map((one) => ({ ...one, diagnostics: name })));
  }
  if (issues.length > 0) throw new OperationOutcomeError(status, issues);
}

interface MadeVersion {
  readonly result: WriteResult;
  /** Absent where nothing changes. */
  readonly version?: rows.NewVersion;
  readonly live?: Placed;
  readonly fact?: FactInput;
}

function makeVersion(transaction: Transaction, draft: Draft, before: Current | undefined): MadeVersion {
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
      shard: before.shard,
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
  return {
    result: {
      outcome: isLive ? 'updated' : 'created',
      version: { type, id, version, lastUpdated, deleted: false, body, method },
    },
    version: made,
    live: { version: made, values, draft },
    fact: { shard, type, id, version, at, resource, deleted: false, ...(patient === undefined ? {} : { patient }) },
  };
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

type Placed = rows.LiveVersion & { readonly draft: Draft };

interface PhaseRows {
  readonly creations: readonly Placed[];
  readonly updates: readonly Placed[];
  readonly deletions: readonly rows.NewVersion[];
  /** Deleted before, alive again. */
  readonly reborn: readonly Placed[];
  /** Versions of resources that never were. */
  readonly fresh: readonly rows.NewVersion[];
  readonly facts: readonly FactInput[];
}

/** All rows of the phase, sent at once: the connection carries them in this order. */
async function sendRows(transaction: Transaction, phase: PhaseRows): Promise<void> {
  const { connection, writer } = transaction;
  const { creations, updates, deletions, reborn, fresh, facts } = phase;
  const live = [...creations, ...reborn, ...updates];
  const versions = [...live.map(({ version }) => version), ...deletions];
  if (versions.length === 0) return;
  // Statements whose count of rows tells whether another transaction was faster.
  const counted: Array<{ readonly answer: Promise<readonly Row[]>; readonly rows: number }> = [];
  const expectRows = (statement: SqlFragment, count: number) => {
    if (count === 0) return;
    const answer = connection.query(statement, { name: true });
    // Where one fails, those after it fail too, and nobody waits for them any more.
    answer.catch(() => {});
    counted.push({ answer, rows: count });
  };
  // An id of our own making is nobody else's; one that a client chose may be taken this very moment.
  const chosen = fresh.filter(({ method }) => method !== 'POST');
  if (fresh.length > chosen.length) connection.send(rows.insertDirectory(fresh.filter(({ method }) => method === 'POST')));
  expectRows(rows.insertDirectory(chosen), chosen.length);
  expectRows(rows.updateResources(updates), updates.length);
  expectRows(rows.deleteResources(deletions), deletions.length);
  connection.send(rows.insertBodies(versions));
  if (creations.length + reborn.length > 0) connection.send(rows.insertResources([...creations, ...reborn]));
  const outdated = [...updates.map(({ version }) => version), ...deletions];
  const statements = [
    ...(outdated.length > 0 ? [...rows.deleteSearchValues, rows.deleteIdentifiers].map((statement) => statement(outdated)) : []),
    ...rows.insertValues(live, (key) => transaction.shards.get(key)),
  ];
  const dictionary = newDictionaryRows(transaction, live);
  if (dictionary.length > 0) statements.push(rows.insertDictionary(dictionary));
  const identifiers = identifierRows(transaction, live);
  if (identifiers.length > 0) statements.push(rows.insertIdentifiers(identifiers));
  if (writer.facts !== undefined) statements.push(...factStatements(writer.facts, facts));
  for (const statement of statements) connection.send(statement);
  for (const { answer, rows: count } of counted) {
    if ((await answer).length !== count) throw new WriteConflict('another transaction changed the same resource');
  }
}

function newDictionaryRows(transaction: Transaction, live: readonly rows.LiveVersion[]): readonly rows.DictionaryRow[] {
  const found = new Map<string, rows.DictionaryRow>();
  for (const { values } of live) {
    for (const row of values.dictionary) if (!transaction.writer.knownTokens.has(row.token)) found.set(row.token, row);
  }
  transaction.tokens.push(...found.keys());
  // Always in the same order: two transactions with the same new texts wait for each other, never in a circle.
  return [...found.values()].sort((a, b) => (a.token < b.token ? -1 : 1));
}

function identifierRows(transaction: Transaction, live: readonly Placed[]): readonly rows.IdentifierRow[] {
  const found: rows.IdentifierRow[] = [];
  for (const { version, draft } of live) {
    for (const { system, value, index } of transaction.writer.findIdentifiers(version.type, draft.resource ?? {})) {
      const name = `${version.type} ${system} ${value}`;
      const place = `${draft.expression}.identifier[${index}]`;
      const other = transaction.identifiers.get(name);
      if (other !== undefined) {
        // One resource may say the same twice; two may not.
        if (other.startsWith(`${draft.expression}.identifier[`)) continue;
        throw failure(409, draft, 'duplicate', 'identifier-duplicate', storeText.duplicateInRequest(system, other), `identifier[${index}]`);
      }
      transaction.identifiers.set(name, place);
      const { type, shard, key, id } = version;
      found.push({ value, system, type, shard, key, id });
    }
  }
  // Always in the same order, as the dictionary's.
  return found.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
}

/** Where `reference` stands in the draft's resource. */
function placeOf(draft: Draft, reference: string): string {
  const sent = draft.operation.kind === 'delete' ? {} : asObject(draft.operation.resource);
  const found = findReferences(draft.resource ?? sent).find((one) => one.reference === reference);
  return found?.path ?? 'reference';
}

function failure(status: number, draft: Draft, code: IssueCode, rule: string, text: Text, path?: string): OperationOutcomeError {
  const expression = path === undefined ? draft.expression : `${draft.expression}.${path}`;
  return new OperationOutcomeError(status, [issue(code, rule, text, { expression })]);
}
