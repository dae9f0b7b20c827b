import type { MeasureReport } from '@medplum/fhirtypes';
import t from 'tap';
import { doctorMeasures } from '../../src/commands/doctor-measures.js';
import { loadConfig } from '../../src/config.js';
import { issue } from '../../src/fhir/outcome.js';
import type { FhirResource } from '../../src/fhir/resource.js';
import { loadCases } from '../../src/measure/cases.js';
import { traceOperation } from '../../src/measure/operations/trace.js';
import { keptBoard } from '../../src/measure/upkeep/board.js';
import { rebuildKept } from '../../src/measure/upkeep/doctor.js';
import { closesAt, nextMidnight, openPeriods } from '../../src/measure/upkeep/periods.js';
import { createServices, loadKnowledge } from '../../src/rest/create-services.js';
import { upkeepOf } from '../../src/rest/open-upkeep.js';
import { packageRoot } from '../../src/root.js';
import { sql } from '../../src/sql.js';
import { readDirectory } from '../../src/store/kept/directory.js';
import { testDatabase } from '../support/database.js';
import { tellStory } from './upkeep-story.js';

const kept = ['ANC-ANEMIA', 'IMUN-IDL', 'JKN-UHC'];

// Others work on the machine too.
t.setTimeout(180_000);
const context = { scope: { kind: 'all' }, actor: 'test', requestId: 'test', livesElsewhere: () => true } as const;
const year = { start: '2026-01-01', end: '2026-12-31' };
const zones = { east: 540, west: 420 };
const at = Date.parse;
const names = (found: ReadonlyArray<{ readonly name: string }>): readonly string[] => found.map(({ name }) => name);

t.test('a period opens where the day begins first and closes after the grace days where it ends last', async (t) => {
  t.same(names(openPeriods('month', at('2026-02-28T14:59:59Z'), zones, 0)), ['2026-02']);
  t.same(names(openPeriods('month', at('2026-02-28T15:00:00Z'), zones, 0)), ['2026-03', '2026-02'], 'midnight in the east');
  t.same(names(openPeriods('month', at('2026-02-28T17:00:00Z'), zones, 0)), ['2026-03'], 'midnight in the west');
  t.same(names(openPeriods('month', at('2026-03-10T16:59:59Z'), zones, 10)), ['2026-03', '2026-02'], 'late data still count');
  t.same(names(openPeriods('month', at('2026-03-10T17:00:00Z'), zones, 10)), ['2026-03']);
  t.same(names(openPeriods('year', at('2027-01-05T00:00:00Z'), zones, 10)), ['2027', '2026']);
  t.same(openPeriods('month', at('2028-02-10T00:00:00Z'), zones, 0)[0], { name: '2028-02', start: '2028-02-01', end: '2028-02-29' });
  t.equal(closesAt(year, 420, 0), at('2026-12-31T17:00:00Z'));
  t.equal(nextMidnight(at('2026-05-01T16:59:59.999Z'), 420), at('2026-05-01T17:00:00Z'));
  t.equal(nextMidnight(at('2026-05-01T17:00:00Z'), 420), at('2026-05-02T17:00:00Z'));
});

t.test('what is kept equals a full evaluation, whatever is written and however the clock moves', async (t) => {
  const { database } = await testDatabase(t);
  const config = loadConfig({ AUTH: 'off', KEPT_MEASURES: kept.join(',') });
  if (!config.ok) throw new Error('bad settings');
  let now = at('2026-06-15T00:00:00Z');
  const services = await createServices({ config: config.value, database, knowledge: loadKnowledge(config.value), clock: () => now });
  t.teardown(() => services.measures.close());
  const faults: unknown[] = [];
  const upkeep = upkeepOf(services, database, {
    refreshed() {},
    log: (level, fields) => void (level === 'warn' && faults.push(fields['err'])),
  });
  const { measures } = services;
  const programs = await measures.kept.programs(measures, new Set(kept));
  t.equal(programs.length, kept.length);
  const doctor = async (options: { readonly repair?: boolean } = {}): Promise<{ readonly code: number; readonly told: string }> => {
    const told: string[] = [];
    const code = await doctorMeasures(services, { repair: false, json: false, ...options }, (line) => told.push(line));
    return { code, told: told.join('\n') };
  };
  /** Kept counts beside those of a direct evaluation, with marks still waiting. */
  const compareDirect = async (period: { readonly start: string; readonly end: string }): Promise<void> => {
    for (const { program, measure } of programs) {
      for (const subjects of [{ kind: 'all' }, { kind: 'areas', prefixes: ['62', '5171011001'] }] as const) {
        const direct = (await measures.kept.parts.compiled().areas(program, period, subjects)).filter(({ bits }) => bits > 0);
        t.same(await measures.kept.evaluator.areas(program, period, subjects).then(some), direct, `${measure.id} ${subjects.kind}`);
      }
    }
  };

  await upkeep.round();
  t.same(
    await upkeep.status(),
    { dirty: 0, oldestSeconds: 0, kept: kept.length * 2, rebuilding: 0 },
    'a server without people is counted at once',
  );
  let rounds = 0;
  const counts = await tellStory({
    writes: 300,
    seed: 3,
    measures: kept,
    store: services.store,
    upkeep,
    moveClock: (to) => {
      now = to;
    },
    from: now,
    to: at('2027-03-05T00:00:00Z'),
    onRound: async () => {
      rounds += 1;
      if (rounds === 6) await compareDirect(year);
    },
  });
  for (const [kind, count] of Object.entries(counts)) t.ok(count > 0, `the story has ${kind}: ${count}`);
  await upkeep.round();
  t.same(faults, []);
  const { code, told } = await doctor();
  t.equal(code, 0, told);
  t.match(told, /^0 baris berbeda \/ rows differ · [1-9]\d* anggota/m);

  t.test('a period that is over is frozen as reports, which late corrections leave as they are', async (t) => {
    const rows = await database.query(sql`
      select r.id, r.version, b.body
      from resource r
      join body b on b.shard = r.shard and b.key = r.key and b.version = r.version
      where r.type = 'MeasureReport'`);
    const reports = rows.map((row) => ({ version: Number(row['version']), report: JSON.parse(String(row['body'])) }));
    const ofYear = reports.filter(({ report }) => report.period.end === '2026-12-31' && report.period.start === '2026-01-01');
    t.ok(ofYear.length >= kept.length, `${ofYear.length} of the year, ${reports.length} in all`);
    t.ok(reports.every(({ version }) => version === 1));
    const ofEveryone = ofYear.filter(({ report }) => report.subject?.identifier === undefined);
    t.same(ofEveryone.length, kept.length, 'one of each measure is on everyone, those without a village among them');
    const [{ report }] = ofYear as [(typeof ofYear)[number]];
    const watermark = report.extension.find(({ url }: { readonly url: string }) => url.endsWith('watermark'))?.valueInstant;
    t.equal(watermark, '2027-01-10T17:00:00.000Z', 'the year, ten days of grace, by western time');
    const [members] = await database.query(sql`
      select count(*)::int as n from member where generation in (select generation from kept_measure where state = 'closed')`);
    t.equal(members?.['n'], 0, 'its members are gone');
    const [counters] = await database.query(sql`
      select coalesce(sum(n), 0)::int as n from counter where generation in (select generation from kept_measure where state = 'closed')`);
    t.ok(Number(counters?.['n']) > 0, 'its counters stay');
  });

  t.test('a frozen report leads to the persons behind each of its numbers, as they stood at its watermark', async (t) => {
    const rows = await database.query(sql`
      select b.body from resource r
      join body b on b.shard = r.shard and b.key = r.key and b.version = r.version
      where r.type = 'MeasureReport'`);
    const frozen = rows.map((row) => JSON.parse(String(row['body'])) as MeasureReport);
    const told = frozen.filter(({ period, group }) => period?.start === year.start && (group?.[0]?.population?.at(-1)?.count ?? 0) > 0);
    t.ok(told.length > 0);
    for (const report of told.slice(0, 6)) {
      const group = report.group?.[0];
      const population = group?.population?.at(-1);
      const traced = await traceOperation(measures, { kind: 'all' }, report.id ?? '', [
        { name: 'group', text: group?.code?.coding?.[0]?.code ?? '' },
        { name: 'population', text: population?.code?.coding?.[0]?.code ?? '' },
      ]);
      t.equal(traced.parameter?.find(({ name }) => name === 'total')?.valueInteger, population?.count, report.measure);
    }
  });

  t.test('a write shows in reports before the worker has seen it', async (t) => {
    now += 1000;
    await services.store.write(onePerson('fresh'), context);
    t.ok((await upkeep.status()).dirty > 0);
    await compareDirect({ start: '2027-01-01', end: '2027-12-31' });
    await upkeep.round();
    t.equal((await upkeep.status()).dirty, 0);
  });

  t.test('two servers on one database take turns, and one that dies while it counts leaves the work to the other', async (t) => {
    const other = upkeepOf(services, database, {
      refreshed() {},
      log: (level, fields) => void (level === 'warn' && faults.push(fields['err'])),
    });
    await rebuildKept(
      { database, compiled: measures.kept.parts.compiled, clock: () => now },
      (await readDirectory(database)).filter(({ state }) => state === 'current'),
    );
    // As one leaves it that was killed: marked as begun, nothing of it committed, its lock gone.
    await database.query(sql`update kept_measure set state = 'building' where state = 'queued'`);
    for (const id of ['first', 'second', 'third']) {
      now += 1000;
      await Promise.all([services.store.write(onePerson(id), context), upkeep.round(), other.round()]);
    }
    while ((await upkeep.round()) || (await other.round()));
    const { dirty, rebuilding } = await other.status();
    t.same({ dirty, rebuilding }, { dirty: 0, rebuilding: 0 });
    t.equal((await doctor()).code, 0, 'no person was counted twice or missed');
  });

  t.test('a measure on which the engines no longer agree is neither kept nor read out of counters', async (t) => {
    const lost = 'ANC-ANEMIA';
    const reason = issue('processing', 'cql-disagreement', { id: 'mesin berbeda', en: 'engines differ' });
    const doubting = {
      ...measures,
      engines: {
        ...measures.engines,
        agreement: async (program: { readonly measure: string }) => (program.measure.includes(lost) ? [reason] : []),
      },
    };
    const found = await measures.kept.programs(doubting, new Set(kept.filter((id) => id !== 'JKN-UHC')));
    t.same(
      found.map(({ measure, engine }) => [measure.id, engine.evaluator.kind]),
      [
        ['ANC-ANEMIA', 'reference'],
        ['IMUN-IDL', 'sql'],
      ],
      'named by the setting it is kept by the other engine',
    );
    const [before] = programs.filter(({ measure }) => measure.id === lost);
    t.not(found[0]?.hash, before?.hash, 'as another generation');
    const board = await keptBoard(doubting, { start: '2027-01-01', end: '2027-12-31' }, { kind: 'all' });
    t.same(
      board?.measures.map(({ id }) => id),
      ['IMUN-IDL', 'JKN-UHC'],
    );
  });

  t.test('the doctor names rows that differ by their keys alone, and has them counted anew', async (t) => {
    await database.query(
      sql`delete from member where (shard, generation, person) in (select shard, generation, person from member limit 3)`,
    );
    await database.query(
      sql`update counter set n = n + 1 where (generation, area, bits) in (select generation, area, bits from counter where n > 0 limit 1)`,
    );
    const found = await doctor({ repair: true });
    t.equal(found.code, 1);
    t.match(found.told, /^ {2}\d+\/[0-9a-f-]{36}: - → /m);
    t.notMatch(found.told, /Patient|fresh/);
    t.equal((await doctor()).code, 0, 'after that nothing differs');
  });
});

function some<Count extends { readonly bits: number }>(counts: readonly Count[]): readonly Count[] {
  return counts.filter(({ bits }) => bits > 0);
}

function onePerson(id: string): ReadonlyArray<{ kind: 'update'; type: string; id: string; resource: FhirResource }> {
  const [file] = loadCases(packageRoot, 'JKN-UHC').values();
  const resources = file?.cases[0]?.resources ?? [];
  return resources.map((resource) => {
    const own = JSON.parse(
      JSON.stringify({ ...resource, identifier: undefined }).replaceAll(`"${resource.id}"`, `"${id}"`),
    ) as FhirResource;
    return { kind: 'update' as const, type: own.resourceType, id: own.id ?? '', resource: own };
  });
}
