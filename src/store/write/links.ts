import { type Issue, OperationOutcomeError } from '../../fhir/outcome.js';
import { asObject, type JsonObject } from '../../fhir/resource.js';
import { resourceKey } from '../../search/hash.js';
import { parseSearch } from '../../search/parse.js';
import type { WriteContext } from '../store.js';
import { storeText } from '../text.js';
import type { Target } from './current.js';
import type { Draft } from './draft.js';
import { failure, placeOf } from './failure.js';
import { eachReference, localTarget, replaceLinks } from './references.js';
import type { Transaction, Writer } from './transaction.js';

/** What links between entries mean. A fullUrl in the form of a RESTful address is known under its end as well. */
export function linkTable(drafts: readonly Draft[], writer: Writer): ReadonlyMap<string, string> {
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

export function conditionalReferences(resource: JsonObject): readonly string[] {
  const found: string[] = [];
  if (resource['resourceType'] === enclosed) return found;
  eachReference(resource, (reference) => {
    if (conditionalReference.test(reference)) found.push(reference);
  });
  return found;
}

const conditionalReference = /^[A-Z][A-Za-z]+\?/;

/** What conditional references mean now: reference → `Type/id`. */
export async function resolveReferences(
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

/** Gives each draft its resource with links replaced, and answers the resources of this server that they refer to, by key. */
export function linkDrafts(
  { writer, links }: Transaction,
  drafts: readonly Draft[],
  conditional: ReadonlyMap<string, string>,
  refusesBroken: boolean,
): ReadonlyMap<string, LinkedTarget> {
  const targets = new Map<string, LinkedTarget>();
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
      if (!targets.has(key)) targets.set(key, { ...target, draft, reference });
    });
  }
  return targets;
}

export interface LinkedTarget {
  readonly type: string;
  readonly id: string;
  readonly draft: Draft;
  readonly reference: string;
}

export function refuseBrokenReferences(
  targets: ReadonlyMap<string, LinkedTarget>,
  found: ReadonlyMap<string, Target>,
  isOwn: ReadonlySet<string | undefined>,
  isDeleted: ReadonlySet<string | undefined>,
  { shards: known, livesElsewhere }: Pick<Transaction, 'shards' | 'livesElsewhere'>,
): void {
  const issues: Issue[] = [];
  let status = 422;
  for (const [key, { type, id, draft, reference }] of targets) {
    if (isOwn.has(key) || (known.has(key) && !isDeleted.has(key))) continue;
    const target = found.get(key);
    if (target?.isLive === true && !isDeleted.has(key)) continue;
    if (target === undefined && livesElsewhere(type, id)) continue;
    const name = `${type}/${id}`;
    const text = target === undefined && !isDeleted.has(key) ? storeText.brokenReference(name) : storeText.deletedReference(name);
    const error = failure(422, draft, 'not-found', 'reference-target', text, placeOf(draft, reference));
    status = error.status;
    issues.push(...error.issues.map((one) => ({ ...one, diagnostics: name })));
  }
  if (issues.length > 0) throw new OperationOutcomeError(status, issues);
}
