import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseJson } from '../fhir/json.js';
import { nearestNames } from '../fhir/nearest.js';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import { parseXml } from '../fhir/xml.js';
import { bundle } from './bundle.js';
import { answerErrorsBy } from './errors.js';
import { type BodyKind, type Interaction, interactions, matchPath } from './interactions.js';
import type { FhirRequest, FhirResponse } from './message.js';
import { metadata } from './metadata.js';
import { contentType, formatNames, isR4, negotiate, preferredLanguage, type Representation } from './negotiate.js';
import { operations } from './operations.js';
import { originOf } from './origin.js';
import { represent } from './represent.js';
import type { Services } from './services.js';
import { restText } from './text.js';
import { unknownTypeIssue } from './types.js';

/** Longest address below which a search fits a GET. */
export const maximumUrlLength = 16_384;

const namesOf = (...names: readonly string[]) => names.filter((name) => name.includes('/'));

/** Media types that each kind of body may have. Source: R4 http §3.1.0.1.9. */
export const mediaTypes: Readonly<Record<BodyKind, readonly string[]>> = {
  resource: namesOf(...formatNames.json, ...formatNames.xml),
  patch: namesOf('application/json-patch+json', ...formatNames.json, ...formatNames.xml),
  form: ['application/x-www-form-urlencoded'],
};

/** Every interaction with those that are made of others. */
export const allInteractions: readonly Interaction[] = [
  {
    code: 'capabilities',
    level: 'system',
    method: 'GET',
    path: '/metadata',
    protection: 'open',
    handler: (request, services) => metadata(request, services, allInteractions),
  },
  { code: 'transaction', level: 'system', method: 'POST', path: '/', body: 'resource', takesBundles: true, handler: bundle },
  ...interactions,
];

/** Mounts every interaction below the prefix that the plugin is registered with. */
export async function fhirRoutes(app: FastifyInstance, { services }: { readonly services: Services }): Promise<void> {
  app.addHook('onRequest', async (request) => {
    if (request.url.length <= maximumUrlLength) return;
    throw new OperationOutcomeError(414, [issue('too-long', 'http-url-too-long', restText.urlTooLong(maximumUrlLength))]);
  });
  answerErrorsBy(app, services);
  addBodyParsers(app, services);
  for (const interaction of allInteractions) {
    const { config } = services;
    app.route({
      method: interaction.method,
      url: interaction.path,
      bodyLimit: interaction.takesBundles === true ? config.bundleLimitBytes : config.resourceLimitBytes,
      config: { protection: interaction.protection ?? 'protected' },
      ...(interaction.body === undefined
        ? {}
        : { onRequest: async (request: FastifyRequest) => checkMediaType(request, interaction.body ?? 'resource') }),
      handler: async (request, reply) => {
        const asked = {
          ...toFhirRequest(request, interaction, app.prefix, services),
          ...(mayTakeLong(interaction) ? { signal: goneSignal(reply) } : {}),
        };
        const representation: Representation =
          interaction.ownForms === true ? { format: 'json', pretty: false } : negotiate(asked.query, request.headers.accept);
        const response = await services.convention.direct(interaction, asked, services);
        return send(reply, response, representation, services);
      },
    });
  }
  app.setNotFoundHandler(async (request) => {
    throw notFound(request.url.slice(app.prefix.length), request.method, services);
  });
}

function addBodyParsers(app: FastifyInstance, services: Services): void {
  app.removeAllContentTypeParsers();
  const json = namesOf('application/json-patch+json', ...formatNames.json);
  app.addContentTypeParser(json, { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    // Clients that name a media type with everything do so where they send nothing, too.
    if (body.length === 0 && request.method === 'DELETE') return undefined;
    const parsed = parseJson(body);
    if (!parsed.ok) throw new OperationOutcomeError(400, parsed.issues);
    return parsed.value;
  });
  app.addContentTypeParser(namesOf(...formatNames.xml), { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => {
    const text = textOf(body);
    const parsed = parseXml(text, services.registry);
    if (!parsed.ok) throw new OperationOutcomeError(400, parsed.issues);
    return parsed.value;
  });
  app.addContentTypeParser([...mediaTypes.form], { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => textOf(body));
}

function textOf(body: Buffer): string {
  if (!isUtf8(body)) throw new OperationOutcomeError(400, [issue('structure', 'http-utf8', restText.notUtf8)]);
  return body.toString();
}

/** Refuses a body of the wrong kind before it is read. */
function checkMediaType(request: FastifyRequest, kind: BodyKind): void {
  const allowed = mediaTypes[kind];
  const header = request.headers['content-type'];
  const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  if (!hasBody) return;
  const [name = '', ...parameters] = (header ?? '').split(';').map((part) => part.trim().toLowerCase());
  const isReadable = parameters.every((parameter) => {
    const [key, value = ''] = parameter.split('=').map((part) => part.trim().replaceAll('"', ''));
    if (key === 'charset') return value === 'utf-8' || value === 'utf8' || value === 'us-ascii';
    return true;
  });
  if (!allowed.includes(name) || !isReadable || !isR4(parameters)) {
    throw new OperationOutcomeError(415, [issue('not-supported', 'http-media-type', restText.wrongMediaType(allowed.join(', ')))], {
      ...(kind === 'patch' ? { 'accept-patch': allowed.join(', ') } : { 'accept-post': allowed.join(', ') }),
    });
  }
}

function toFhirRequest(request: FastifyRequest, interaction: Interaction, prefix: string, services: Services): FhirRequest {
  const parameters = request.params as Readonly<Record<string, string>>;
  const type = parameters.type ?? /^\/([A-Z][A-Za-z]+)/.exec(interaction.path)?.[1];
  const { id, versionId, compartmentType } = parameters;
  // A type that the path itself names is right, even where R4 has no such type.
  for (const name of [parameters.type, compartmentType]) {
    if (name !== undefined && !services.registry.isResourceType(name))
      throw notFound(request.url.slice(prefix.length), request.method, services);
  }
  if (id?.startsWith('$') === true) throw unknownOperation(id);
  const body = request.body ?? undefined;
  const { livesElsewhere } = services.convention;
  if (interaction.body === 'resource' && body === undefined && interaction.code !== 'operation') {
    throw new OperationOutcomeError(400, [issue('required', 'http-no-body', restText.missingBody(mediaTypes.resource.slice(0, 1).join()))]);
  }
  const form = interaction.body === 'form' && typeof body === 'string' ? body : '';
  return {
    method: request.method,
    baseUrl: originOf(request, services.config) + prefix,
    ...(type === undefined ? {} : { type }),
    ...(id === undefined ? {} : { id }),
    ...(versionId === undefined ? {} : { versionId }),
    ...(compartmentType === undefined ? {} : { compartmentType }),
    query: [queryOf(request), form].filter((part) => part !== '').join('&'),
    headers: request.headers as Readonly<Record<string, string | undefined>>,
    body,
    language: preferredLanguage(request.headers['accept-language']),
    context: {
      scope: request.caller.scope,
      actor: request.caller.actor,
      requestId: request.id,
      ...(livesElsewhere === undefined ? {} : { livesElsewhere }),
    },
  };
}

function queryOf(request: FastifyRequest): string {
  const at = request.url.indexOf('?');
  return at < 0 ? '' : request.url.slice(at + 1);
}

function send(reply: FastifyReply, response: FhirResponse, representation: Representation, services: Services): FastifyReply {
  // People's data: a browser may keep it but has to ask whether it still holds, and nobody in between may.
  reply.code(response.status).header('cache-control', 'private, no-cache');
  if (response.headers !== undefined) reply.headers(response.headers);
  const { body, content, contentType: own } = response;
  if (content !== undefined) return reply.header('content-type', own ?? 'application/octet-stream').send(content);
  if (body === undefined || body === '') return reply.send();
  if (response.contentType !== undefined) return reply.header('content-type', response.contentType).send(body);
  const text = represent(body, representation, services.registry);
  return reply.header('content-type', contentType[representation.format]).send(text);
}

/** Whether it is worth calling off when the client has gone. */
function mayTakeLong({ code }: Interaction): boolean {
  return code === 'operation' || code === 'search-type' || code === 'search-compartment';
}

/** Aborted when the connection closes before the answer has been written. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** 405 where another method would do, else 404 that guesses what was meant. */
function notFound(url: string, method: string, services: Services): OperationOutcomeError {
  const segments = (url.split('?')[0] ?? '').split('/').filter((segment) => segment !== '');
  const matches = allInteractions.flatMap((one) => {
    const variables = matchPath(one.path, segments);
    return variables === undefined ? [] : [{ method: one.method as string, type: variables.type }];
  });
  // `metadata` fits `/:type` as well: the fixed word is meant.
  const fixed = matches.filter((match) => match.type === undefined);
  const meant = fixed.length > 0 ? fixed : matches;
  const wrongType = meant.find((match) => match.type !== undefined && !services.registry.isResourceType(match.type))?.type;
  if (wrongType !== undefined) return unknownType(wrongType, services);
  if (meant.length > 0 && !meant.some((match) => match.method === method)) {
    const allowed = new Set(meant.map((match) => match.method));
    if (allowed.has('GET')) allowed.add('HEAD');
    const list = [...allowed].sort().join(', ');
    return new OperationOutcomeError(405, [issue('not-supported', 'http-method', restText.methodNotAllowed(list))], { allow: list });
  }
  const operation = segments.find((segment) => segment.startsWith('$'));
  if (operation !== undefined) return unknownOperation(operation);
  return new OperationOutcomeError(404, [issue('not-found', 'http-no-route', restText.noSuchRoute)]);
}

function unknownType(type: string, services: Services): OperationOutcomeError {
  return new OperationOutcomeError(404, [unknownTypeIssue(type, services)]);
}

function unknownOperation(name: string): OperationOutcomeError {
  const [guess] = nearestNames(
    name,
    operations.map((operation) => `$${operation.name}`),
  );
  const diagnostics = name.slice(0, 64);
  return new OperationOutcomeError(404, [
    issue('not-supported', 'http-unknown-operation', restText.unknownOperation(guess), { diagnostics }),
  ]);
}
