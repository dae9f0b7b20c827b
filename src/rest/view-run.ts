import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { FactsError } from '../facts/error.js';
import { type CompiledView, compileView } from '../facts/view.js';
import type { ViewDefinition } from '../facts/view-definition.js';
import { rowWriter, type ViewForm } from '../facts/view-rows.js';
import { temporalRange } from '../fhir/date.js';
import { type Issue, issue, OperationOutcomeError } from '../fhir/outcome.js';
import { isObject, type JsonObject } from '../fhir/resource.js';
import { compileFhirPath } from '../fhirpath/compile.js';
import { createTurns, type Turns } from '../measure/turns.js';
import { type Scan, scanResources } from '../store/scan.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { type OwnForms, ownForm } from './own-form.js';
import { type OperationParameter, operationParameters } from './parameters.js';
import type { Services } from './services.js';
import { restText } from './text.js';
import { patientsAsked } from './view-patients.js';
import { viewAsked } from './view-source.js';

const forms: OwnForms<ViewForm> = {
  json: { mediaType: 'application/json; charset=utf-8', alsoKnownAs: ['application/fhir+json'] },
  ndjson: { mediaType: 'application/x-ndjson; charset=utf-8', alsoKnownAs: ['application/ndjson', 'application/fhir+ndjson'] },
  csv: { mediaType: 'text/csv; charset=utf-8' },
};

/** Inputs of the operation. Source: SQL on FHIR v2, OperationDefinition ViewDefinitionRun. */
const viewRunInputs = [
  '_format',
  'header',
  'viewReference',
  'viewResource',
  'patient',
  'group',
  'source',
  '_limit',
  '_since',
  'resource',
] as const;

/**
 * `ViewDefinition/$run`: the rows of a view over the current resources, or over those that are sent, as JSON, NDJSON (the default) or CSV. The rows leave as they are made,
 * as fast as the client takes them. What is wrong with the view, and with the first resources, is answered by an OperationOutcome; later the connection breaks.
 */
export async function viewRun(request: FhirRequest, services: Services): Promise<FhirResponse> {
  const parameters = operationParameters(request);
  refuseUnknown(parameters);
  const text = (name: string): string | undefined => parameters.find((parameter) => parameter.name === name)?.text;
  const form = ownForm(request, forms, 'ndjson', text('_format'));
  const header = text('header') ?? 'true';
  if (header !== 'true' && header !== 'false') throw badParameter('header', { id: 'true atau false', en: 'true or false' });
  const limit = limitOf(text('_limit'));
  const since = sinceOf(text('_since'));
  const definition = await viewAsked(request, parameters, services);
  const view = compiled(definition, services);
  const patients = await patientsAsked(request, parameters, services);
  const given = parameters.filter(({ name }) => name === 'resource');
  const writer = rowWriter(form, view, header === 'true');
  const content = await streamed(async (write, signal) => {
    await write(writer.open);
    let count = 0;
    const take = async (resources: readonly JsonObject[]): Promise<boolean> => {
      let chunk = '';
      for (const resource of resources) {
        for (const row of view.rows(resource)) {
          if (count >= limit) break;
          chunk += writer.row(row, count);
          count += 1;
        }
      }
      if (chunk !== '') await write(chunk);
      return count < limit;
    };
    const scan: Scan = {
      type: view.resource,
      ...(patients === undefined ? {} : { patients }),
      ...(since === undefined ? {} : { since }),
    };
    if (given.length > 0) await take(given.map(inlineResource));
    else if (limit > 0) {
      const { scope } = request.context;
      const read = () =>
        scanResources(
          services.database,
          scope,
          scan,
          (page) => take(page.map(({ body }) => JSON.parse(body ?? '{}') as JsonObject)),
          signal,
        );
      await turnsOf(services.database).take(read, signal);
    }
    await write(writer.close);
  }, request.signal);
  return { status: 200, contentType: forms[form].mediaType, content };
}

/** Each run holds a connection for as long as its client reads: so many at once leave enough of them to everybody else. */
const runsAtOnce = 2;
const runsWaiting = 8;
const turnsByDatabase = new WeakMap<Services['database'], Turns>();

function turnsOf(database: Services['database']): Turns {
  const turns = turnsByDatabase.get(database) ?? createTurns(runsAtOnce, runsWaiting);
  turnsByDatabase.set(database, turns);
  return turns;
}

function compiled(definition: ViewDefinition, { registry }: Services): CompiledView {
  try {
    const view = compileView(definition, (expression, type) => compileFhirPath(expression, { registry, type }));
    if (registry.isResourceType(view.resource)) return view;
    throw new OperationOutcomeError(422, [
      issue('value', 'view-resource', restText.unknownType(undefined), { expression: 'ViewDefinition.resource' }),
    ]);
  } catch (error) {
    throw asOutcome(error);
  }
}

function asOutcome(error: unknown): unknown {
  return error instanceof FactsError
    ? new OperationOutcomeError(422, [issue('processing', 'view', error.text, { expression: 'ViewDefinition' })])
    : error;
}

type Write = (text: string) => Promise<void>;

/**
 * What `work` writes, as a stream. Resolves with its first piece, or when the work is done: what fails before that is thrown. `write` waits while the reader has enough.
 */
async function streamed(work: (write: Write, signal: AbortSignal) => Promise<void>, gone: AbortSignal | undefined): Promise<Readable> {
  const stream = new PassThrough();
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  gone?.addEventListener('abort', stop, { once: true });
  stream.once('close', stop);
  let isUnderWay = (): void => {};
  const begun = new Promise<void>((resolve) => {
    isUnderWay = resolve;
  });
  const { signal } = stopped;
  let opening: string | undefined;
  const write: Write = async (text) => {
    signal.throwIfAborted();
    // The opening alone says nothing yet: whether the first rows can be made is seen before the answer begins.
    if (opening === undefined) {
      opening = text;
      return;
    }
    const chunk = opening + text;
    opening = '';
    isUnderWay();
    if (chunk !== '' && !stream.write(chunk)) await once(stream, 'drain', { signal });
  };
  const done = work(write, signal).then(
    () => void stream.end(opening === '' ? '' : opening),
    (error: unknown) => {
      stream.destroy(error instanceof Error ? error : undefined);
      throw asOutcome(error);
    },
  );
  // A failure after the beginning has destroyed the stream, which is all that can be told.
  done.catch(() => {});
  stream.on('error', () => {});
  await Promise.race([begun, done]);
  return stream;
}

function inlineResource({ resource, text }: OperationParameter): JsonObject {
  if (resource) return resource;
  const parsed = parsedText(text);
  if (isObject(parsed) && typeof parsed['resourceType'] === 'string') return parsed;
  throw badParameter('resource', { id: 'resource FHIR', en: 'a FHIR resource' });
}

function parsedText(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw badParameter('_limit', { id: 'bilangan bulat', en: 'a whole number' });
}

function sinceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const range = temporalRange(text.replace(/ (\d{2}:\d{2})$/, '+$1'));
  if (range) return range.low;
  throw badParameter('_since', { id: 'saat, misalnya 2026-11-01T00:00:00Z', en: 'an instant, e.g. 2026-11-01T00:00:00Z' });
}

function refuseUnknown(parameters: readonly OperationParameter[]): void {
  const known: readonly string[] = viewRunInputs;
  const issues: Issue[] = parameters
    .filter(({ name }) => !known.includes(name))
    .map(({ name }) =>
      issue('not-supported', 'operation-parameter', restText.unknownParameter(/^\w{1,40}$/.test(name) ? name : '(?)', known.join(', '))),
    );
  if (parameters.some(({ name }) => name === 'source')) issues.push(issue('not-supported', 'view-source', restText.viewSource));
  if (issues.length > 0) throw new OperationOutcomeError(400, issues);
}

function badParameter(name: string, expected: Parameters<typeof restText.badParameter>[1]): OperationOutcomeError {
  return new OperationOutcomeError(400, [issue('value', 'operation-parameter', restText.badParameter(name, expected))]);
}
