import { setImmediate } from 'node:timers/promises';
import { parseJson } from '../fhir/json.js';
import { type Issue, isFailure, issue, OperationOutcomeError, type Result } from '../fhir/outcome.js';
import { parseReference } from '../fhir/reference.js';
import { type FhirResource, isObject, isResource, type JsonObject } from '../fhir/resource.js';
import type { WriteOperation, WriteResult } from '../store/store.js';
import { bundleText } from './bundle-text.js';
import { condition } from './condition.js';
import { toFailure } from './failure.js';
import { expectedVersion, parsePrefer } from './headers.js';
import { type Interaction, interactions, matchInteraction } from './interactions.js';
import { findings, resourceOf } from './judge.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { outcomeText } from './outcome.js';
import { patchOperation } from './patch/patch.js';
import type { Services } from './services.js';
import { statusLine } from './status.js';
import { restText } from './text.js';
import { unknownTypeIssue } from './types.js';
import { idPattern } from './update.js';

/** A Bundle at the service root: `transaction` is stored whole or not at all, `batch` entry by entry. Source: R4 http §3.1.0.11. */
export async function bundle(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const resource = resourceOf(request.body, 'Bundle') as FhirResource & JsonObject;
  const type = resource.type;
  if (type !== 'transaction' && type !== 'batch') {
    throw new OperationOutcomeError(400, [issue('value', 'bundle-type', restText.bundleType, { expression: 'Bundle.type' })]);
  }
  const entries = Array.isArray(resource.entry) ? resource.entry : [];
  const { entries: parsed, issues } = parseEntries(entries, request, services);
  services.metrics.bundleEntries.inc({ type }, entries.length);
  const shell = shellIssues(resource, entries, services);
  return type === 'transaction'
    ? transaction(parsed, [...shell, ...issues.values()].flat(), request, services)
    : batch(entries.length, parsed, issues, request, services);
}

const entryUnreadable = issue('structure', 'bundle-entry-resource', restText.entryResource);

/** An entry that can be understood: what it calls, as a request of its own. */
interface Entry {
  readonly index: number;
  readonly fullUrl?: string;
  readonly interaction: Interaction;
  readonly request: FhirRequest;
}

interface ParsedEntries {
  readonly entries: readonly Entry[];
  /** What is wrong with the entries that can't be understood, by index. */
  readonly issues: ReadonlyMap<number, readonly Issue[]>;
}

function parseEntries(entries: readonly unknown[], request: FhirRequest, services: Services): ParsedEntries {
  const parsed: Entry[] = [];
  const issues = new Map<number, readonly Issue[]>();
  entries.forEach((entry, index) => {
    const found = parseEntry(entry, index, request, services);
    if ('issue' in found) issues.set(index, [found.issue]);
    else parsed.push(found.entry);
  });
  return { entries: parsed, issues };
}

function parseEntry(
  entry: unknown,
  index: number,
  outer: FhirRequest,
  services: Services,
): { readonly entry: Entry } | { readonly issue: Issue } {
  const at = `Bundle.entry[${index}]`;
  const call = isObject(entry) ? entry.request : undefined;
  const method = isObject(call) ? call.method : undefined;
  const url = isObject(call) ? call.url : undefined;
  if (!isObject(entry) || !isObject(call) || typeof method !== 'string' || typeof url !== 'string') {
    return { issue: issue('required', 'bundle-entry-request', restText.entryRequest, { expression: `${at}.request` }) };
  }
  const relative = url.startsWith(`${outer.baseUrl}/`) ? url.slice(outer.baseUrl.length + 1) : url.replace(/^\//, '');
  const [path = '', query = ''] = splitOnce(relative, '?');
  if (!['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].includes(method)) {
    return { issue: issue('value', 'bundle-entry-method', restText.entryMethod, { expression: `${at}.request.method` }) };
  }
  const match = matchInteraction(interactions, method === 'HEAD' ? 'GET' : method, path);
  if (match === undefined) return { issue: issue('value', 'bundle-entry-url', restText.entryUrl, { expression: `${at}.request.url` }) };
  const { type, id, versionId, compartmentType } = match.variables;
  const unknown = [type, compartmentType].find((name) => name !== undefined && !services.registry.isResourceType(name));
  if (unknown !== undefined) return { issue: { ...unknownTypeIssue(unknown, services), expression: `${at}.request.url` } };
  if (match.interaction.body === 'resource' && !isResource(entry.resource)) {
    return { issue: issue('required', 'bundle-entry-resource', restText.entryResource, { expression: `${at}.resource` }) };
  }
  const body = match.interaction.body === 'patch' ? patchBody(entry.resource) : ({ ok: true, value: entry.resource } as const);
  if (!body.ok) return { issue: { ...(body.issues[0] ?? entryUnreadable), expression: `${at}.resource.data` } };
  return {
    entry: {
      index,
      ...(typeof entry.fullUrl === 'string' ? { fullUrl: entry.fullUrl } : {}),
      interaction: match.interaction,
      request: {
        method,
        baseUrl: outer.baseUrl,
        ...(type === undefined ? {} : { type }),
        ...(id === undefined ? {} : { id }),
        ...(versionId === undefined ? {} : { versionId }),
        ...(compartmentType === undefined ? {} : { compartmentType }),
        query,
        headers: {
          'if-match': text(call.ifMatch),
          'if-none-match': text(call.ifNoneMatch),
          'if-modified-since': httpDate(call.ifModifiedSince),
          'if-none-exist': text(call.ifNoneExist),
          prefer: outer.headers.prefer,
        },
        body: body.value,
        language: outer.language,
        context: outer.context,
      },
    },
  };
}

// In a Bundle a JSON Patch travels as a Binary, a FHIRPath Patch as Parameters. Source: R4 http §3.1.0.6.
function patchBody(resource: unknown): Result<unknown> {
  if (!isObject(resource) || resource.resourceType !== 'Binary' || typeof resource.data !== 'string') return { ok: true, value: resource };
  return parseJson(Buffer.from(resource.data, 'base64'));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function httpDate(instant: unknown): string | undefined {
  const ms = typeof instant === 'string' ? Date.parse(instant) : Number.NaN;
  return Number.isNaN(ms) ? undefined : new Date(ms).toUTCString();
}

function splitOnce(whole: string, separator: string): readonly [string, string] {
  const at = whole.indexOf(separator);
  return at < 0 ? [whole, ''] : [whole.slice(0, at), whole.slice(at + 1)];
}

/** The Bundle's own rules, judged without its resources: each of those is judged as what its entry makes of it. */
function shellIssues(bundle: JsonObject, entries: readonly unknown[], services: Services): readonly Issue[] {
  const bare = entries.map((entry) => {
    if (!isObject(entry)) return entry;
    const { resource: _, ...rest } = entry;
    return rest;
  });
  const shell = { ...bundle, ...(bundle.entry === undefined ? {} : { entry: bare }) };
  return services.validator.validate(shell, { now: services.clock() }).filter(isFailure);
}

/** Order in which R4 has a Bundle's entries processed. Source: R4 http §3.1.0.11.2. */
const processingOrder: Readonly<Record<string, number>> = { DELETE: 0, POST: 1, PUT: 2, PATCH: 2, GET: 3, HEAD: 3 };

function inProcessingOrder(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((a, b) => (processingOrder[a.request.method] ?? 4) - (processingOrder[b.request.method] ?? 4));
}

const writes: ReadonlySet<string> = new Set(['create', 'update', 'delete', 'patch']);
const reads: ReadonlySet<string> = new Set([
  'read',
  'vread',
  'search-type',
  'search-compartment',
  'history-instance',
  'history-type',
  'history-system',
]);

async function transaction(
  entries: readonly Entry[],
  found: readonly Issue[],
  request: FhirRequest,
  services: Services,
): Promise<FhirResponse> {
  const structural: Issue[] = [...found, ...identityIssues(entries)];
  const judged: Issue[] = [];
  const warnings = new Map<number, readonly Issue[]>();
  const operations: WriteOperation[] = [];
  const writing: Entry[] = [];
  const resolve = resolver(entries);
  for (const [count, entry] of inProcessingOrder(entries).entries()) {
    // A Bundle of thousands must not keep everyone else waiting.
    if (count % 100 === 99) await setImmediate();
    if (!writes.has(entry.interaction.code)) {
      if (!reads.has(entry.interaction.code)) {
        structural.push(
          issue('not-supported', 'bundle-entry-operation', restText.entryNotInTransaction, {
            expression: `Bundle.entry[${entry.index}].request`,
          }),
        );
      }
      continue;
    }
    try {
      const operation = { ...(await writeOperation(entry, services)), expression: `Bundle.entry[${entry.index}].resource` };
      if (operation.kind !== 'delete') {
        const issues = findings(operation.resource, services, { resolve }).map((one) => placed(one, entry.index));
        warnings.set(entry.index, issues);
        if (services.config.validation === 'enforce') judged.push(...(issues.filter(isFailure).length > 0 ? issues : []));
      }
      operations.push(operation);
      writing.push(entry);
    } catch (error) {
      if (!(error instanceof OperationOutcomeError)) throw error;
      structural.push(...error.issues.map((one) => requestPlaced(one, entry.index)));
    }
  }
  if (structural.length > 0) throw new OperationOutcomeError(400, [...structural, ...judged]);
  if (judged.length > 0) throw new OperationOutcomeError(422, judged);
  const results = operations.length === 0 ? [] : await services.store.write(operations, request.context);
  const answers = new Map<number, string>();
  const write = entryWriter(request);
  writing.forEach((entry, at) => {
    const result = results[at];
    if (result !== undefined) answers.set(entry.index, write(entry, result, warnings.get(entry.index) ?? []));
  });
  for (const entry of entries) {
    if (!answers.has(entry.index)) answers.set(entry.index, await runEntry(entry, services));
  }
  return answer('transaction-response', answers, services);
}

async function writeOperation(entry: Entry, services: Services): Promise<WriteOperation> {
  const { type = '', id, query, headers } = entry.request;
  const fullUrl = entry.fullUrl === undefined ? {} : { fullUrl: entry.fullUrl };
  const expected = expectedVersion(headers['if-match']);
  const expectation = expected === undefined ? {} : { expectedVersion: expected };
  const target = () => (id === undefined ? { condition: condition(query, type, services) } : { id });
  switch (entry.interaction.code) {
    case 'create': {
      const unless = headers['if-none-exist'];
      const resource = resourceOf(entry.request.body, type);
      return { kind: 'create', ...fullUrl, resource, ...(unless === undefined ? {} : { condition: condition(unless, type, services) }) };
    }
    case 'patch': {
      const { operation } = await patchOperation(entry.request, services);
      return operation;
    }
    case 'delete':
      return { kind: 'delete', type, ...target(), ...expectation };
    default: {
      const resource = resourceOf(entry.request.body, type);
      if (id !== undefined) checkEntryId(resource, id);
      return { kind: 'update', ...fullUrl, type, ...target(), resource, ...expectation };
    }
  }
}

function checkEntryId(resource: FhirResource, id: string): void {
  if (!idPattern.test(id)) throw new OperationOutcomeError(400, [issue('value', 'http-id', restText.badId, { expression: 'request.url' })]);
  if (resource.id === id) return;
  const found =
    resource.id === undefined
      ? issue('required', 'http-id-missing', restText.idMissing, { expression: 'resource.id' })
      : issue('invalid', 'http-id-mismatch', restText.idMismatch, { expression: 'resource.id' });
  throw new OperationOutcomeError(400, [found]);
}

/** A resource or a fullUrl may be named by one writing entry only. Source: R4 http §3.1.0.11.2. */
function identityIssues(entries: readonly Entry[]): readonly Issue[] {
  const found: Issue[] = [];
  const targets = new Set<string>();
  const fullUrls = new Set<string>();
  for (const { index, interaction, request, fullUrl } of entries) {
    if (!writes.has(interaction.code)) continue;
    const target = `${request.type}/${request.id}`;
    if (request.id !== undefined && targets.has(target)) {
      found.push(
        issue('duplicate', 'bundle-same-resource', restText.sameResourceTwice, { expression: `Bundle.entry[${index}].request.url` }),
      );
    }
    targets.add(target);
    if (fullUrl === undefined) continue;
    if (fullUrls.has(fullUrl)) {
      found.push(issue('duplicate', 'bundle-full-url', restText.duplicateFullUrl, { expression: `Bundle.entry[${index}].fullUrl` }));
    }
    fullUrls.add(fullUrl);
  }
  return found;
}

/** Finds what a reference points to among the Bundle's own resources, by fullUrl or by type and id. */
function resolver(entries: readonly Entry[]): (reference: string) => FhirResource | undefined {
  const byUrl = new Map<string, FhirResource>();
  for (const { fullUrl, request } of entries) {
    if (!isResource(request.body)) continue;
    if (fullUrl !== undefined) byUrl.set(fullUrl, request.body);
    if (request.id !== undefined) byUrl.set(`${request.type}/${request.id}`, request.body);
  }
  return (reference) => {
    const direct = byUrl.get(reference);
    if (direct !== undefined) return direct;
    const parsed = parseReference(reference);
    return parsed.kind === 'relative' || parsed.kind === 'absolute' ? byUrl.get(`${parsed.type}/${parsed.id}`) : undefined;
  };
}

/** `Patient.name[0]` of the n-th entry is `Bundle.entry[n].resource.name[0]` of the Bundle. */
function placed(found: Issue, index: number): Issue {
  const rest = (found.expression ?? '').replace(/^[A-Za-z]+/, '');
  return { ...found, expression: `Bundle.entry[${index}].resource${rest}` };
}

function requestPlaced(found: Issue, index: number): Issue {
  const known = found.expression ?? '';
  const rest =
    known === '' ? 'request' : /^(request|resource)\b/.test(known) ? known : `resource.${known.replace(/^[A-Z][A-Za-z]*\./, '')}`;
  return { ...found, expression: `Bundle.entry[${index}].${rest}` };
}

/** Writes the answers of entries; ids and types need no escaping, which is what makes thousands of them cheap. */
function entryWriter(request: FhirRequest): (entry: Entry, result: WriteResult, issues: readonly Issue[]) => string {
  const base = JSON.stringify(request.baseUrl).slice(1, -1);
  const wanted = parsePrefer(request.headers.prefer).return;
  return (entry, { version, outcome }, issues) => {
    if (outcome === 'deleted' || entry.interaction.code === 'delete') return `{"response":{"status":"${statusLine(204)}"}}`;
    const fullUrl = `${base}/${version.type}/${version.id}`;
    const status = statusLine(outcome === 'created' ? 201 : 200);
    const resource = wanted === 'representation' && version.body !== undefined ? `"resource":${version.body},` : '';
    const found =
      wanted === 'OperationOutcome' && issues.length > 0
        ? `,"outcome":${outcomeText(issues, request.language, request.context.requestId)}`
        : '';
    const location = `${fullUrl}/_history/${version.version}`;
    return `{"fullUrl":"${fullUrl}",${resource}"response":{"status":"${status}","location":"${location}","etag":"W/\\"${version.version}\\"","lastModified":"${version.lastUpdated}"${found}}}`;
  };
}

async function batch(
  total: number,
  entries: readonly Entry[],
  issues: ReadonlyMap<number, readonly Issue[]>,
  request: FhirRequest,
  services: Services,
): Promise<FhirResponse> {
  const answers = new Map<number, string>();
  for (const [index, found] of issues) answers.set(index, failureAnswer(400, found, request));
  for (const entry of inProcessingOrder(entries)) answers.set(entry.index, await runEntry(entry, services));
  if (answers.size !== total) throw new Error('a batch entry has no answer');
  return answer('batch-response', answers, services);
}

/** Runs one entry as a request of its own; whatever goes wrong is the entry's answer. */
async function runEntry(entry: Entry, services: Services): Promise<string> {
  const { request } = entry;
  let response: FhirResponse;
  try {
    response = await entry.interaction.handler(request, services);
  } catch (error) {
    const failure = toFailure(error);
    if (failure.status >= 500) throw error;
    return failureAnswer(failure.status, failure.issues, request);
  }
  const { headers = {} } = response;
  const answered = {
    status: statusLine(response.status),
    ...(headers.location === undefined ? {} : { location: headers.location }),
    ...(headers.etag === undefined ? {} : { etag: headers.etag }),
    ...(headers['last-modified'] === undefined ? {} : { lastModified: new Date(headers['last-modified']).toISOString() }),
  };
  const body = response.body ?? '';
  const isOutcome = parsePrefer(request.headers.prefer).return === 'OperationOutcome' && writes.has(entry.interaction.code);
  if (body === '' || request.method === 'HEAD') return `{"response":${JSON.stringify(answered)}}`;
  if (isOutcome) return `{"response":${JSON.stringify(answered).slice(0, -1)},"outcome":${body}}}`;
  return `{"resource":${body},"response":${JSON.stringify(answered)}}`;
}

function failureAnswer(status: number, issues: readonly Issue[], request: FhirRequest): string {
  const outcome = outcomeText(issues, request.language, request.context.requestId);
  return `{"response":{"status":${JSON.stringify(statusLine(status))},"outcome":${outcome}}}`;
}

function answer(type: 'transaction-response' | 'batch-response', answers: ReadonlyMap<number, string>, services: Services): FhirResponse {
  const entries = [...answers].sort(([a], [b]) => a - b).map(([, text]) => text);
  return { status: 200, body: bundleText({ type, id: services.newId(), entries }) };
}
