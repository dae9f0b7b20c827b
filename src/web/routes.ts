import type { Measure } from '@medplum/fhirtypes';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { zoneMinutesOf } from '../facts/zone.js';
import { issue, OperationOutcomeError } from '../fhir/outcome.js';
import { type Evaluation, evaluateMeasure } from '../measure/evaluate.js';
import { guideMeasures } from '../measure/find-measure.js';
import { evaluationsCsv } from '../measure/report/csv.js';
import type { MeasureServices } from '../measure/services.js';
import { type MeasureSubject, resolveSubject, subjectsOf } from '../measure/subject/subject.js';
import { keptBoard } from '../measure/upkeep/board.js';
import type { Scope } from '../search/scope.js';
import { areaPage } from './area-page.js';
import { areaHref, breadcrumb, childrenName, placeName } from './areas.js';
import { answerError } from './errors.js';
import { headlineMeasures } from './headline.js';
import { indexPage } from './index-page.js';
import { pageHeaders } from './layout.js';
import { currentYear, type PagePeriod, pagePeriod } from './period.js';
import { listPuskesmas } from './puskesmas.js';
import { stageTable } from './stage-table.js';
import { webText } from './text.js';
import { villagePage } from './village-page.js';

export interface WebOptions {
  readonly measures: MeasureServices;
}

interface PageRequest {
  readonly period: PagePeriod;
  readonly scope: Scope;
  /** The last part of the address: an area code or an id. */
  readonly key: string;
}

/**
 * The village pages: `/`, `/desa/:code`, `/wilayah/:code`, `/puskesmas/:id`, each for `?period=2026` or `?period=2026-03`. Plain HTML without scripts, from the
 * same evaluation as `$evaluate-measure`. What fails is answered as a page too. Register outside the FHIR prefixes, behind the access decision.
 */
export async function webRoutes(app: FastifyInstance, { measures: services }: WebOptions): Promise<void> {
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply));

  app.get('/', page(indexOf));
  app.get('/desa', async (_request, reply) => reply.redirect('/', 302));
  app.get('/desa/:key', page(village));
  app.get('/wilayah', page(nation));
  app.get('/wilayah/:key', page(area));
  app.get('/puskesmas/:key', page(puskesmas));
  app.get('/desa/:key/data.csv', data('area'));
  app.get('/wilayah/data.csv', data('nation'));
  app.get('/wilayah/:key/data.csv', data('area'));
  app.get('/puskesmas/:key/data.csv', data('puskesmas'));

  function page(render: (request: PageRequest) => Promise<string>) {
    return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const body = await render(pageRequest(request, services.now()));
      return reply.headers({ ...pageHeaders }).send(body);
    };
  }

  /** The page's numbers, village by village, for a spreadsheet. */
  function data(kind: 'area' | 'nation' | 'puskesmas') {
    return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const { key, period, scope } = pageRequest(request, services.now());
      const name = `${kind === 'nation' ? 'indonesia' : key.replace(/[^A-Za-z0-9.-]/g, '')}-${period.name}.csv`;
      const text = evaluationsCsv(await evaluations(await subjectOf(kind, key, scope), period), services.areas);
      return reply
        .headers({ ...pageHeaders, 'content-type': 'text/csv; charset=utf-8', 'content-disposition': `attachment; filename="${name}"` })
        .send(text);
    };
  }

  async function subjectOf(kind: 'area' | 'nation' | 'puskesmas', key: string, scope: Scope): Promise<MeasureSubject> {
    if (kind === 'nation') return { kind: 'all' };
    const subject = await resolveSubject(services, scope, kind === 'area' ? key : `Organization/${key}`);
    if (!subject.ok) throw new OperationOutcomeError(404, subject.issues);
    return subject.value;
  }

  async function indexOf({ scope, period }: PageRequest): Promise<string> {
    return indexPage(await listPuskesmas(services, scope), period);
  }

  async function village({ key, period }: PageRequest): Promise<string> {
    const found = services.areas.find(key);
    if (found?.level !== 'village') throw unknownArea(key);
    return villagePage(found, period, await numbersOf({ kind: 'area', area: found }, period, true), services);
  }

  async function area({ key, period }: PageRequest): Promise<string> {
    const found = services.areas.find(key);
    if (!found || found.level === 'village') throw unknownArea(key);
    const digits = { province: 4, regency: 6, district: 10 }[found.level];
    const name = placeName(found);
    return areaPage({
      title: name,
      lead: { id: `Situasi kesehatan per ${childrenName(found.level).id}, ${period.label.id}.`, en: `Health by area, ${period.label.en}.` },
      path: breadcrumb(found, services.areas, period.name),
      href: (name) => areaHref(found.code, name),
      period,
      evaluations: await evaluations({ kind: 'area', area: found }, period),
      digits,
      places: childrenName(found.level),
      areaName,
      subject: found.code,
      dataHref: `/wilayah/${found.code}/data.csv?period=${period.name}`,
      zoneMinutes: zoneMinutesOf(found.code),
    });
  }

  async function nation({ period }: PageRequest): Promise<string> {
    return areaPage({
      title: { id: 'Indonesia', en: 'Indonesia' },
      lead: { id: `Situasi kesehatan per provinsi, ${period.label.id}.`, en: `Health by province, ${period.label.en}.` },
      path: [{ label: 'Beranda', href: '/' }],
      href: (name) => `/wilayah?period=${name}`,
      period,
      evaluations: await evaluations({ kind: 'all' }, period),
      digits: 2,
      dataHref: `/wilayah/data.csv?period=${period.name}`,
      places: childrenName('nation'),
      areaName,
      zoneMinutes: zoneMinutesOf(undefined),
    });
  }

  async function puskesmas({ key, period, scope }: PageRequest): Promise<string> {
    const subject = await subjectOf('puskesmas', key, scope);
    if (subject.kind !== 'organization') throw unknownArea(key);
    const { name, villages } = subject;
    const { headline, others } = await numbersOf(subject, period, true);
    return areaPage({
      title: { id: name, en: name },
      lead: {
        id: `Situasi kesehatan ${villages.length} desa binaan, ${period.label.id}.`,
        en: `Health of its ${villages.length} villages, ${period.label.en}.`,
      },
      path: [{ label: 'Beranda', href: '/' }],
      href: (name) => `/puskesmas/${key}?period=${name}`,
      period,
      evaluations: headline,
      others: stageTable(services.registry, others),
      digits: 10,
      places: childrenName('district'),
      areaName,
      subject: `Organization/${key}`,
      dataHref: `/puskesmas/${key}/data.csv?period=${period.name}`,
      zoneMinutes: zoneMinutesOf(villages[0]),
    });
  }

  async function evaluations(subject: MeasureSubject, period: PagePeriod): Promise<readonly Evaluation[]> {
    return (await numbersOf(subject, period, false)).headline;
  }

  /**
   * The headline measures as of now: out of counters where they are kept, put right by whose marks still wait; of a closed period as they were frozen. With `all`
   * every other that is kept, too: their counters are read together, as they stand.
   */
  async function numbersOf(subject: MeasureSubject, { period }: PagePeriod, all: boolean): Promise<PageNumbers> {
    const guide = guideMeasures(services).filter(({ status }) => status === 'active');
    const chosen = headlineMeasures.flatMap((id) => guide.filter((measure) => measure.id === id));
    const board = await keptBoard(services, period, subjectsOf(subject), all ? undefined : new Set(headlineMeasures));
    const isKept = (measure: Measure): boolean => board?.measures.some(({ id }) => id === measure.id) === true;
    const evaluate = (measure: Measure): Promise<Evaluation> =>
      evaluateMeasure(
        board !== undefined && isKept(measure) && (board.closed || !headlineMeasures.includes(measure.id ?? ''))
          ? board.services
          : services,
        { measure, period, subject, named: false },
      );
    const others = (board?.measures ?? []).filter(({ id = '' }) => !headlineMeasures.includes(id));
    return { headline: await Promise.all(chosen.map(evaluate)), others: all ? await Promise.all(others.map(evaluate)) : [] };
  }

  function areaName(code: string): string {
    return services.areas.find(code)?.name ?? code;
  }
}

/** What a page shows: the measures in front, and all others. */
export interface PageNumbers {
  readonly headline: readonly Evaluation[];
  readonly others: readonly Evaluation[];
}

/** Checks who asks and for what time. Counts reach over all persons, so only a caller who may see all gets a page. */
function pageRequest(request: FastifyRequest, now: Date): PageRequest {
  const { scope } = request.caller;
  if (scope.kind !== 'all') throw new OperationOutcomeError(403, [issue('forbidden', 'web-scope', webText.forbidden)]);
  const { period: name = currentYear(now) } = request.query as { readonly period?: unknown };
  const period = typeof name === 'string' ? pagePeriod(name) : undefined;
  if (!period) throw new OperationOutcomeError(400, [issue('value', 'web-period', webText.badPeriod)]);
  return { period, scope, key: (request.params as { readonly key?: string }).key ?? '' };
}

function unknownArea(code: string): OperationOutcomeError {
  const digits = /^\d{1,10}$/.test(code) ? code : '';
  return new OperationOutcomeError(404, [issue('not-found', 'web-area', webText.unknownArea(digits))]);
}
