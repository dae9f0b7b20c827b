import { setImmediate } from 'node:timers/promises';
import { type Issue, issue, OperationOutcomeError } from '../fhir/outcome.js';
import { parseReference } from '../fhir/reference.js';
import { type FhirResource, isResource } from '../fhir/resource.js';
import type { WriteOperation, WriteResult } from '../store/store.js';
import { answer, runEntry } from './bundle-answers.js';
import { type Entry, inProcessingOrder, reads, writes } from './bundle-entries.js';
import { condition } from './condition.js';
import { expectedVersion, parsePrefer } from './headers.js';
import { findings, refuses, resourceOf } from './judge.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { outcomeText } from './outcome.js';
import { patchOperation } from './patch/patch.js';
import type { Services } from './services.js';
import { statusLine } from './status.js';
import { restText } from './text.js';
import { idPattern } from './update.js';

/** All entries or none, in one transaction of the database; reads see what was written. Source: R4 http §3.1.0.11.2. */
export async function transaction(
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
        if (refuses(issues, services)) judged.push(...issues);
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
    if (result !== undefined)
      answers.set(entry.index, write(entry, result, [...(warnings.get(entry.index) ?? []), ...(result.issues ?? [])]));
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
