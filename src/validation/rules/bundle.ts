import { parseReference } from '../../fhir/reference.js';
import { isObject, type JsonObject } from '../../fhir/resource.js';
import { absoluteUrl, type BundleIndex, type BundleTarget, bundleIndex, type Context, report } from '../context.js';
import { rulesText } from '../rules-text.js';

const text = rulesText.bundle;

/** What a Bundle's type demands of its entries and links. Source: R4 Bundle §2.36, documents §2.44, messaging §2.6. */
export function checkBundle(value: JsonObject, path: string, context: Context): void {
  const entries = entriesOf(value);
  const type = value['type'];
  checkLinks(value, path, context);
  for (const [index, entry] of entries.entries()) checkFullUrl(entry, `${path}.entry[${index}]`, String(type), context);
  if (type === 'searchset') checkSearch(value, entries, path, context);
  if (type === 'document') checkConnected(entries, path, context, 'Composition', compositionReferences);
  if (type === 'message') checkConnected(entries, path, context, 'MessageHeader', messageReferences);
}

function entriesOf(bundle: JsonObject): readonly JsonObject[] {
  const entries = bundle['entry'];
  return Array.isArray(entries) ? entries.filter(isObject) : [];
}

const singleRelations: ReadonlySet<string> = new Set(['self', 'first', 'previous', 'prev', 'next', 'last']);

function checkLinks(bundle: JsonObject, path: string, context: Context): void {
  const links = bundle['link'];
  if (!Array.isArray(links)) return;
  const seen = new Set<string>();
  links.forEach((link: unknown, index) => {
    const relation = isObject(link) ? link['relation'] : undefined;
    if (typeof relation !== 'string') return;
    if (singleRelations.has(relation) && seen.has(relation))
      report(context, 'error', 'invalid', 'bundle-link', text.linkTwice(relation), `${path}.link[${index}]`);
    seen.add(relation);
  });
}

function checkFullUrl(entry: JsonObject, path: string, type: string, context: Context): void {
  const fullUrl = entry['fullUrl'];
  if (typeof fullUrl !== 'string') return;
  if (!/^[a-z][a-z0-9+.-]*:/i.test(fullUrl)) {
    report(context, 'error', 'invalid', 'bundle-full-url', text.fullUrlRelative(fullUrl.slice(0, 200)), path);
    return;
  }
  const resource = entry['resource'];
  const parsed = parseReference(fullUrl);
  if (!isObject(resource) || parsed.kind !== 'absolute' || !context.engine.registry.isResourceType(parsed.type)) return;
  const { resourceType, id } = resource;
  if (typeof id !== 'string') {
    const request = entry['request'];
    // what is about to be created gets its id from the server
    if (isObject(request) && request['method'] === 'POST') return;
    report(context, 'error', 'invalid', 'bundle-full-url', text.fullUrlNoId(fullUrl.slice(0, 200)), path);
  } else if (parsed.type !== resourceType || parsed.id !== id) {
    if (type === 'batch-response' || type === 'transaction-response') return;
    report(context, 'error', 'invalid', 'bundle-full-url', text.fullUrlId(fullUrl.slice(0, 200), `/${resourceType}/${id}`), path);
  }
}

function checkSearch(bundle: JsonObject, entries: readonly JsonObject[], path: string, context: Context): void {
  const expected = searchedTypes(bundle, context);
  if (expected === undefined) report(context, 'warning', 'invalid', 'bundle-self', text.noSelfLink, path);
  entries.forEach((entry, index) => {
    const resource = entry['resource'];
    if (!isObject(resource)) return;
    const at = `${path}.entry[${index}].resource`;
    const type = String(resource['resourceType']);
    const mode = isObject(entry['search']) ? entry['search']['mode'] : undefined;
    if (mode === 'outcome') {
      if (type !== 'OperationOutcome') report(context, 'error', 'invalid', 'bundle-search', text.notOutcome(type), at);
      return;
    }
    if (mode === undefined && type === 'OperationOutcome') return;
    if (typeof resource['id'] !== 'string') report(context, 'error', 'invalid', 'bundle-search', text.searchId, at);
    if ((mode === 'match' || (mode === undefined && !asksForMore(bundle))) && expected && expected.length > 0 && !expected.includes(type))
      report(context, 'error', 'invalid', 'bundle-search', text.searchType(type, expected), at);
  });
}

/** Included resources need not be marked where the search asked for them. */
function asksForMore(bundle: JsonObject): boolean {
  const links = bundle['link'];
  return (
    Array.isArray(links) &&
    links.some((link) => isObject(link) && typeof link['url'] === 'string' && /[?&]_(?:rev)?include/.test(link['url']))
  );
}

/** Types that the self link searched for; empty where it does not say, undefined where there is no self link. */
function searchedTypes(bundle: JsonObject, context: Context): readonly string[] | undefined {
  const links = bundle['link'];
  const self = Array.isArray(links) ? links.find((link) => isObject(link) && link['relation'] === 'self') : undefined;
  const url = isObject(self) ? self['url'] : undefined;
  if (typeof url !== 'string') return undefined;
  const [address = '', query = ''] = url.split('?');
  const asked = query
    .split('&')
    .filter((part) => part.startsWith('_type='))
    .flatMap((part) => decodeURIComponent(safe(part.slice(6))).split(','));
  if (asked.length > 0) return asked;
  const segments = address.split('/').filter((segment) => segment !== '' && segment !== '_search');
  const last = segments.at(-1) ?? '';
  return context.engine.registry.isResourceType(last) ? [last] : [];
}

function safe(text: string): string {
  return /%(?![0-9A-Fa-f]{2})/.test(text) ? '' : text;
}

// Elements of the first entry whose targets a document or message carries along.
const compositionReferences: readonly string[] = [
  'subject',
  'encounter',
  'author',
  'attester.party',
  'custodian',
  'event.detail',
  'section.author',
  'section.entry',
  'section.focus',
];
const messageReferences: readonly string[] = ['focus'];

function checkConnected(entries: readonly JsonObject[], path: string, context: Context, wanted: string, elements: readonly string[]): void {
  const first = entries[0]?.['resource'];
  if (!isObject(first)) return;
  if (first['resourceType'] !== wanted) {
    report(
      context,
      'error',
      'invalid',
      'bundle-first',
      text.firstEntry(wanted, String(first['resourceType'])),
      `${path}.entry[0].resource`,
    );
    return;
  }
  const index = bundleIndex(context.scope, context);
  const from = restfulUrl(entries[0]);
  for (const element of elements) {
    for (const { reference, at } of referencesAt(first, element.split('.'), `${path}.entry[0].resource`, 0)) {
      const matches = strictTargets(reference, from, index);
      if (reference.startsWith('#')) continue;
      if (matches.length === 0) report(context, 'error', 'not-found', 'bundle-reference', text.notInBundle(reference.slice(0, 200)), at);
      if (matches.length > 1)
        report(context, 'error', 'invalid', 'bundle-reference', text.severalInBundle(reference.slice(0, 200), matches.length), at);
    }
  }
  checkReachable(entries, index, path, context, wanted);
}

/** The entry's fullUrl, where it is the address of the very resource: only then do relative references count from it. */
function restfulUrl(entry: JsonObject | undefined): string | undefined {
  const fullUrl = entry?.['fullUrl'];
  const resource = entry?.['resource'];
  if (typeof fullUrl !== 'string' || !isObject(resource)) return undefined;
  return fullUrl.endsWith(`/${resource['resourceType']}/${resource['id']}`) ? fullUrl : undefined;
}

interface ReferenceAt {
  readonly reference: string;
  readonly at: string;
}

/** References at a path of element names; sections nest. */
function referencesAt(holder: JsonObject, steps: readonly string[], path: string, depth: number): readonly ReferenceAt[] {
  const [name, ...rest] = steps;
  if (name === undefined) {
    const reference = holder['reference'];
    return typeof reference === 'string' ? [{ reference, at: path }] : [];
  }
  const value = holder[name];
  const items: ReadonlyArray<readonly [unknown, string]> = Array.isArray(value)
    ? value.map((item: unknown, index) => [item, `${path}.${name}[${index}]`] as const)
    : value === undefined
      ? []
      : [[value, `${path}.${name}`]];
  return items.flatMap(([item, at]) => {
    if (!isObject(item)) return [];
    const nested = name === 'section' && depth < 20 && item['section'] !== undefined ? referencesAt(item, steps, at, depth + 1) : [];
    return [...referencesAt(item, rest, at, depth), ...nested];
  });
}

/** Entries that a reference means by the rules on fullUrl alone. Source: R4 Bundle §2.36.4.1. */
function strictTargets(reference: string, from: string | undefined, index: BundleIndex): readonly BundleTarget[] {
  const parsed = parseReference(reference);
  const exact = index.byFullUrl.get(reference);
  if (exact) return exact;
  if (parsed.kind !== 'relative' && parsed.kind !== 'absolute') return [];
  const key = `${parsed.type}/${parsed.id}`;
  const url = parsed.kind === 'absolute' ? `${parsed.base}/${key}` : absoluteUrl(key, from);
  const found = url === undefined ? [] : (index.byFullUrl.get(url) ?? []);
  if (parsed.version === undefined) return found;
  return found.filter(({ resource }) => isObject(resource['meta']) && resource['meta']['versionId'] === parsed.version);
}

/** Every entry hangs together with the first, by references forward or backward; Provenance and the like point at it from outside. */
function checkReachable(entries: readonly JsonObject[], index: BundleIndex, path: string, context: Context, wanted: string): void {
  const positions = new Map<unknown, number>(entries.map((entry, position) => [entry['resource'], position]));
  const neighbours: number[][] = entries.map(() => []);
  entries.forEach((entry, position) => {
    const from = restfulUrl(entry);
    for (const reference of allReferences(entry['resource'])) {
      for (const target of strictTargets(reference, from, index)) {
        const other = positions.get(target.resource);
        if (other === undefined) continue;
        neighbours[position]?.push(other);
        neighbours[other]?.push(position);
      }
    }
  });
  const reached = new Set([0]);
  const queue = [0];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    for (const next of neighbours[at] ?? []) {
      if (reached.has(next)) continue;
      reached.add(next);
      queue.push(next);
    }
  }
  entries.forEach((entry, position) => {
    if (reached.has(position) || !isObject(entry['resource'])) return;
    const name = String(entry['fullUrl'] ?? `${position}`).slice(0, 200);
    report(
      context,
      wanted === 'Composition' ? 'error' : 'warning',
      'informational',
      'bundle-unreachable',
      text.unreachable(name),
      `${path}.entry[${position}]`,
    );
  });
}

function allReferences(value: unknown): readonly string[] {
  const found: string[] = [];
  const visit = (item: unknown, depth: number): void => {
    if (depth > 150) return;
    if (Array.isArray(item)) for (const inner of item) visit(inner, depth + 1);
    else if (isObject(item)) {
      if (typeof item['reference'] === 'string') found.push(item['reference']);
      for (const key in item) {
        const inner = item[key];
        if (typeof inner === 'object' && inner !== null) visit(inner, depth + 1);
        else if (key === 'valueUri' || key === 'valueUrl' || key === 'valueCanonical') found.push(String(inner));
      }
    }
  };
  visit(value, 0);
  return found;
}
