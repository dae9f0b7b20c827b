import t from 'tap';
import { CqlError } from '../../src/cql/error.js';
import { addLibrary, type PackedLibrary } from '../../src/cql/libraries.js';
import type { EvaluationRun } from '../../src/cql/program.js';
import type { ReferencePerson } from '../../src/cql/reference.js';
import { type JobResult, type ReferenceJob, referenceJob } from '../../src/cql/reference-job.js';
import { createReferencePool, type ReferencePoolOptions } from '../../src/cql/reference-pool.js';
import { helpersSource, translate } from '../../src/cql/translate.js';

// Threads start slowly on a busy machine.
t.setTimeout(180_000);

const cql = `library Limits version '1'
using FHIR version '4.0.1'
include FHIRHelpers version '4.0.1'
parameter "Measurement Period" Interval<DateTime>
context Patient
define "Born": date from Now() - 20 years
define "Seen": FHIRHelpers.ToInterval(First([Encounter]).period)
define "Values": Tuple { late: difference in days between start of "Seen" and end of "Measurement Period", weight: 61.5 'kg' }
define "Whole": [Encounter]
define "Endless": Count(from (expand { Interval[1, 4000] }) A, (expand { Interval[1, 4000] }) B, (expand { Interval[1, 4000] }) C where start of A = start of B return all 1)
define "Huge": Count(from (expand { Interval[1, 4000] }) A, (expand { Interval[1, 4000] }) B return all Tuple { a: A, b: B, text: 'abcdefghijklmnopqrstuvwxyz' })
`;

const libraries = new Map<string, PackedLibrary>();
const made = translate(cql);
if (!made.ok) throw new Error(made.issues.map(({ text }) => text.en).join('\n'));
// The translator takes no circular reference; ELM that comes from elsewhere may hold one.
const circular = { type: 'FunctionRef', name: 'Deep', operand: [] };
const statements = {
  def: [
    ...(made.value.statements?.def ?? []),
    ...[{ name: 'Deep', type: 'FunctionDef', operand: [] }, { name: 'Recursive' }].map((definition) => ({
      ...definition,
      context: 'Patient',
      expression: circular,
    })),
  ],
};
addLibrary(libraries, { cqlHash: 'test', library: { ...made.value, statements } });
const helpers = translate(helpersSource);
if (!helpers.ok) throw new Error('FHIRHelpers does not translate');
addLibrary(libraries, { cqlHash: 'helpers', library: helpers.value });

const mother: ReferencePerson = {
  id: 'a',
  area: '3201011001',
  zoneMinutes: 420,
  resources: [
    { resourceType: 'Patient', id: 'a', birthDate: '1990-05-01' },
    { resourceType: 'Encounter', id: 'e', meta: { versionId: '3' }, period: { start: '2026-01-30T18:00:00Z' } },
  ] as unknown as ReferencePerson['resources'],
};

const period = { start: '2026-01-01', end: '2026-01-31' } as const;

t.test('a thread of its own gives the values of definitions, on the wall clock of the village', async (t) => {
  const run = poolOf(t, {});
  const [result] = await run(['Born', 'Seen', 'Values', 'Whole']);
  t.match(result?.values, {
    Born: { kind: 'date', text: '2006-11-21' },
    Seen: { kind: 'interval', low: { kind: 'date', text: '2026-01-31T01:00:00.000' }, high: null },
    Values: { kind: 'tuple', elements: { late: 0, weight: { kind: 'quantity', value: 61.5, unit: 'kg' } } },
    Whole: [{ kind: 'resource', type: 'Encounter', id: 'e', version: '3' }],
  });
});

t.test('CQL that passes its time is stopped with an issue, and nobody else notices', async (t) => {
  const run = poolOf(t, { processes: 2 });
  const endless = failure(run(['Endless'], { timeoutMs: 4000 }));
  // Answered by the other thread while the first is at work: were the process itself busy, neither timer nor answer would come.
  const [other] = await run(['Born']);
  t.match(other?.values, { Born: { text: '2006-11-21' } });
  t.equal(await endless, 'timeout cql-time');
  t.match((await run(['Born']))[0]?.values, { Born: { text: '2006-11-21' } }, 'and a new thread takes the next');
});

t.test('CQL that passes its memory is stopped as too costly', async (t) => {
  const run = poolOf(t, { memoryMegabytes: 96 });
  t.match(await failure(run(['Huge'])), /^too-costly cql-memory$/);
  t.match((await run(['Born']))[0]?.values, { Born: { text: '2006-11-21' } });
});

t.test('endless recursion is an issue, not the end of the process', async (t) => {
  const run = poolOf(t, { memoryMegabytes: 96, timeoutMs: 6000 });
  t.match(await failure(run(['Recursive'])), /^(processing cql|too-costly cql-memory|timeout cql-time)$/);
});

t.test('an abandoned request ends its evaluation, also while it waits for a thread', async (t) => {
  const run = poolOf(t, { processes: 1 });
  const gone = new AbortController();
  const first = failure(run(['Endless'], { signal: gone.signal }));
  const waiting = failure(run(['Endless'], { signal: gone.signal }));
  const later = run(['Born']);
  gone.abort();
  t.equal(await first, 'timeout cql-cancelled');
  t.equal(await waiting, 'timeout cql-cancelled');
  t.match((await later)[0]?.values, { Born: { text: '2006-11-21' } });
  t.equal(await failure(run(['Born'], { signal: AbortSignal.abort() })), 'timeout cql-cancelled');
});

t.test('what the CQL asks for and does not have is named', async (t) => {
  const run = poolOf(t, {});
  t.equal(await failure(run(['Nowhere'])), 'not-found cql');
  t.match((await run(['Born']))[0]?.values, { Born: { text: '2006-11-21' } }, 'the thread lives on');
});

function poolOf(
  test: { teardown(work: () => Promise<void>): unknown },
  options: ReferencePoolOptions,
): (values: readonly string[], run?: EvaluationRun) => Promise<readonly JobResult[]> {
  const pool = createReferencePool(options);
  test.teardown(() => pool.close());
  return async (values, run) => {
    const results: JobResult[] = [];
    for await (const batch of pool.run(job(values), batches(), run)) results.push(...batch);
    return results;
  };
}

function job(values: readonly string[]): ReferenceJob {
  return referenceJob(
    { libraries, members: () => undefined },
    {
      library: 'Limits|1',
      parameters: { 'Measurement Period': { kind: 'period', period } },
      criteria: [],
      values,
      now: Date.parse('2026-11-21T00:00:00Z'),
    },
  );
}

async function* batches(): AsyncGenerator<readonly ReferencePerson[]> {
  yield [mother];
}

async function failure(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (found: unknown) => found,
  );
  if (!(error instanceof CqlError)) return `no CqlError: ${String(error)}`;
  return error.issues.map(({ code, rule }) => `${code} ${rule}`).join(', ');
}
