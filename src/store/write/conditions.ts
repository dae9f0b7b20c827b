import { resourceKey, tokenHash } from '../../search/hash.js';
import type { Connection } from '../database.js';
import type { StoredVersion, WriteContext } from '../store.js';
import { storeText } from '../text.js';
import { instantText } from '../version.js';
import { lockKeys } from './current.js';
import type { Draft } from './draft.js';
import { failure } from './failure.js';
import type { Writer } from './transaction.js';

/** Writers of the same resource, and conditional writers with the same criteria, take turns. Plain creations lock nothing. */
export async function lockFirst(connection: Connection, drafts: readonly Draft[]): Promise<void> {
  const keys = drafts.flatMap(({ type, key, condition }) => [
    ...(key === undefined ? [] : [key]),
    ...(condition === undefined ? [] : [tokenHash(`condition ${type}?${condition.self}`)]),
  ]);
  if (keys.length > 0) await connection.query(lockKeys(keys), { name: true });
}

/** Finds out what each conditional operation means, and refuses those that contradict each other. */
export async function resolveConditions(
  connection: Connection,
  drafts: readonly Draft[],
  context: WriteContext,
  writer: Writer,
): Promise<void> {
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
export function nothing(type: string, id: string, at: number): StoredVersion {
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
