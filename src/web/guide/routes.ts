import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Questionnaire, ValueSet } from '@medplum/fhirtypes';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { issue, OperationOutcomeError } from '../../fhir/outcome.js';
import { loadCases } from '../../measure/cases.js';
import { guideMeasures } from '../../measure/find-measure.js';
import { answerError } from '../errors.js';
import { byLifeStage } from '../life-stage.js';
import { cqlFiles } from './cql-files.js';
import { elementTexts } from './element-texts.js';
import { profileElements } from './elements.js';
import { type ExampleKind, examplesOf } from './examples.js';
import { type FrontPage, frontPage } from './front-page.js';
import { indicatorPage } from './indicator-page.js';
import { guideHeaders } from './layout.js';
import { guidePackage } from './package.js';
import { profilePage } from './profile-page.js';
import { guideExtensions, guideProfiles } from './profiles.js';
import { questionnairePage } from './questionnaire-page.js';
import { measureReads, measuresReading } from './readers.js';
import { allRules, searchRules } from './rules.js';
import { rulesPage } from './rules-page.js';
import type { GuideServices } from './services.js';
import { guideText } from './text.js';
import { valueSetPage } from './value-set-page.js';

const longestQuery = 100;

/** The profile whose example the front page begins with. */
const firstProfile = 'KemkesPatient';

export interface GuideOptions {
  readonly services: GuideServices;
  /** Scheme, host and port under which a request reached this server. */
  origin(request: FastifyRequest): string;
}

/**
 * The guide for vendors: `/guide`, `/guide/profiles/:id`, `/guide/indicators/:id`, `/guide/questionnaires/:id`, `/guide/value-sets/:id`, `/guide/rules?q=`, the examples as files, and the
 * FHIR package at `/package.tgz`. Rendered from what the server enforces, so it can't say anything else. It holds nobody's data and is open to anyone.
 */
export async function guideRoutes(app: FastifyInstance, { services, origin }: GuideOptions): Promise<void> {
  const { registry, terminology, libraries, root } = services;
  const reads = once(() => measureReads(services));
  const rules = once(() => allRules(services));
  const texts = once(() => elementTexts(root));
  const packed = once(async () => {
    const bytes = await guidePackage(services);
    return { bytes: Buffer.from(bytes), etag: `"${createHash('sha256').update(bytes).digest('base64url')}"` };
  });
  const config = { protection: 'open' } as const;

  app.setErrorHandler((error, request, reply) => answerError(error, request, reply));
  app.get('/guide', { config }, page(front));
  app.get('/guide/profiles/:id', { config }, page(profile));
  app.get('/guide/indicators/:id', { config }, page(indicator));
  app.get('/guide/questionnaires/:id', { config }, page(questionnaire));
  app.get('/guide/value-sets/:id', { config }, page(valueSet));
  app.get('/guide/rules', { config }, page(rulesFor));
  app.get('/guide/examples/:profile/:kind/:file', { config }, example);
  app.get('/package.tgz', { config }, async (request, reply) => {
    const { bytes, etag } = await packed();
    reply.headers({ etag, 'cache-control': 'public, max-age=60' });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.headers({ 'content-type': 'application/gzip', 'content-disposition': 'attachment; filename="package.tgz"' }).send(bytes);
  });

  function page(render: (request: FastifyRequest) => string) {
    return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const body = render(request);
      return reply.headers({ ...guideHeaders }).send(body);
    };
  }

  function front(request: FastifyRequest): string {
    const profiles = guideProfiles(registry);
    const start = profiles.find(({ name }) => name === firstProfile);
    const [sample] = start ? examplesOf(root, start.name ?? '', 'valid') : [];
    return frontPage({
      profiles,
      extensions: guideExtensions(registry),
      stages: stages(),
      questionnaires: questionnaires(),
      valueSets: valueSets(),
      ...(start && sample ? { first: { profile: start, example: sample.name } } : {}),
      origin: origin(request),
    });
  }

  function profile(request: FastifyRequest): string {
    const id = parameter(request, 'id');
    const url = [...guideProfiles(registry), ...guideExtensions(registry)].find((one) => one.id === id)?.url;
    const found = url === undefined ? undefined : registry.structureDefinition(url);
    if (!found) throw unknown(id);
    return profilePage({
      profile: found,
      elements: profileElements(registry, found, { platformRules: services.platformRules, texts: texts() }),
      valid: examplesOf(root, found.name ?? '', 'valid'),
      invalid: examplesOf(root, found.name ?? '', 'invalid'),
      readBy: measuresReading(reads(), found, terminology),
      origin: origin(request),
      valueSetHref: (canonical) => {
        const own = valueSets().find((one) => one.url === canonical.split('|')[0]);
        return own ? `/guide/value-sets/${own.id ?? ''}` : undefined;
      },
    });
  }

  function indicator(request: FastifyRequest): string {
    const id = parameter(request, 'id');
    const found = reads().find(({ measure }) => measure.id === id);
    if (!found) throw unknown(id);
    const { measure, requirements } = found;
    return indicatorPage({
      measure,
      requirements,
      cql: cqlFiles(root, libraries, measure),
      cases: loadCases(root, id),
      origin: origin(request),
    });
  }

  function questionnaire(request: FastifyRequest): string {
    const id = parameter(request, 'id');
    const found = questionnaires().find((one) => one.id === id);
    if (!found) throw unknown(id);
    return questionnairePage({
      questionnaire: found,
      valid: examplesOf(root, join('questionnaires', id), 'valid'),
      origin: origin(request),
      members: (canonical) => {
        const members = terminology.members(canonical);
        return members && [...members.values()];
      },
    });
  }

  function valueSet(request: FastifyRequest): string {
    const id = parameter(request, 'id');
    const found = valueSets().find((one) => one.id === id);
    if (!found) throw unknown(id);
    const members = terminology.members(found.url ?? '');
    return valueSetPage(found, members && [...members.values()]);
  }

  function rulesFor(request: FastifyRequest): string {
    const { q = '' } = request.query as { readonly q?: unknown };
    if (typeof q !== 'string' || q.length > longestQuery)
      throw new OperationOutcomeError(400, [issue('value', 'guide-search', guideText.badSearch)]);
    return rulesPage(searchRules(rules(), q), q);
  }

  async function example(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const [name, kind, file] = [parameter(request, 'profile'), parameter(request, 'kind'), parameter(request, 'file')];
    const known = guideProfiles(registry).some((one) => one.name === name) && isKind(kind);
    const found = known ? examplesOf(root, name, kind).find((one) => `${one.name}.json` === file) : undefined;
    if (!found) throw unknown(file);
    return reply
      .headers({ 'content-type': 'application/fhir+json; charset=utf-8', 'cache-control': 'public, max-age=60' })
      .send(found.text);
  }

  function questionnaires(): readonly Questionnaire[] {
    return registry.ours('Questionnaire') as unknown as readonly Questionnaire[];
  }

  function valueSets(): readonly ValueSet[] {
    return registry.ours('ValueSet') as unknown as readonly ValueSet[];
  }

  /** Measures by stage of life, in the order of the code system; those without a stage last. */
  function stages(): FrontPage['stages'] {
    const measures = guideMeasures({ registry });
    return byLifeStage(registry, measures, (measure) => measure).map(({ stage, items }) => ({ stage, measures: items }));
  }
}

function isKind(kind: string): kind is ExampleKind {
  return kind === 'valid' || kind === 'invalid';
}

function parameter(request: FastifyRequest, name: string): string {
  return String((request.params as Readonly<Record<string, unknown>>)[name] ?? '');
}

function unknown(name: string): OperationOutcomeError {
  const shown = /^[\w.-]{1,80}$/.test(name) ? name : '';
  return new OperationOutcomeError(404, [issue('not-found', 'guide-unknown', guideText.unknown(shown))]);
}

/** Made when first asked for, then kept: the guide's own definitions don't change while the server runs. */
function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
