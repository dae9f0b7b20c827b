import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { v7 } from 'uuid';
import { createJobs } from '../../src/rest/async/jobs.js';
import { testApp } from '../support/app.js';

const evaluate = '/fhir/Measure/$evaluate-measure?measure=ANC-K6&periodStart=2026&periodEnd=2026';
const later = { prefer: 'respond-async' };

t.test('requests that are answered later', async (t) => {
  const { send, services } = await testApp(t);

  const untilDone = async (url: string) => {
    for (;;) {
      const polled = await send('GET', url);
      if (polled.statusCode !== 202) return polled;
      t.match(polled.headers['x-progress'], /^(queued|running)/);
      t.ok(Number(polled.headers['retry-after']) >= 1);
      await delay(20);
    }
  };
  const placeOf = (response: { readonly headers: Readonly<Record<string, unknown>> }): string =>
    new URL(String(response.headers['content-location'])).pathname;

  t.test('a report asked for with respond-async is fetched from Content-Location, and equals the one given at once', async (t) => {
    const asked = await send('GET', evaluate, undefined, later);
    t.equal(asked.statusCode, 202);
    t.equal(asked.body, '');
    const done = await untilDone(placeOf(asked));
    t.equal(done.statusCode, 200);
    t.ok(Date.parse(String(done.headers['expires'])) > Date.now());
    const bundle = done.json<{ type: string; entry: ReadonlyArray<{ response: object; resource: { group: unknown } }> }>();
    t.match(bundle, { resourceType: 'Bundle', type: 'batch-response', entry: [{ response: { status: '200' } }] });
    t.same(bundle.entry[0]?.resource.group, (await send('GET', evaluate)).json<{ group: unknown }>().group);
    t.equal((await send('DELETE', placeOf(asked))).statusCode, 202);
    t.equal((await send('GET', placeOf(asked))).statusCode, 404, 'a deleted answer is forgotten');
    t.equal((await send('DELETE', placeOf(asked))).statusCode, 404);
  });

  t.test('what is wrong with the request is told at once, what goes wrong later at the place of the answer', async (t) => {
    const wrong = await send('GET', `${evaluate}&periodEnd=2025`, undefined, later);
    t.equal(wrong.statusCode, 400);
    const unknown = await send('GET', evaluate.replace('ANC-K6', 'NONE'), undefined, later);
    const done = await untilDone(placeOf(unknown));
    t.equal(done.statusCode, 404);
    t.match(done.json(), { resourceType: 'OperationOutcome', issue: [{ code: 'not-found' }] });
  });

  t.test('an unknown place is 404', async (t) => {
    for (const id of [v7(), 'x']) {
      t.equal((await send('GET', `/fhir/_async/${id}`)).statusCode, 404);
      t.equal((await send('DELETE', `/fhir/_async/${id}`)).statusCode, 404);
    }
  });

  t.test('a job is seen by its owner alone, is called off, and waits for its turn', async (t) => {
    const jobs = createJobs({ database: services.database, clock: Date.now, newId: v7, mayWait: 1 });
    const request = { owner: 'a', request: 'GET x', requestId: 'r', language: 'en' } as const;
    const ended: string[] = [];
    const untilAborted = (name: string) => (signal: AbortSignal) =>
      new Promise<{ status: number }>((resolve) => {
        signal.addEventListener('abort', () => {
          ended.push(name);
          resolve({ status: 200 });
        });
      });
    const first = await jobs.start(request, untilAborted('1'));
    const second = await jobs.start(request, untilAborted('2'));
    const third = await jobs.start(request, untilAborted('3'));
    await t.rejects(jobs.start(request, untilAborted('4')), /Too many/, 'those beyond the queue are told to come again');
    t.equal(await jobs.find(first, 'b'), undefined);
    t.equal(await jobs.cancel(first, 'b'), false);
    while ((await jobs.find(second, 'a'))?.state !== 'running') await delay(10);
    t.equal((await jobs.find(third, 'a'))?.state, 'queued');
    t.equal(await jobs.cancel(first, 'a'), true);
    t.equal((await jobs.find(first, 'a'))?.state, 'cancelled');
    while ((await jobs.find(third, 'a'))?.state !== 'running') await delay(10);
    t.same(ended, ['1'], 'its work was aborted');
    await jobs.close();
    const restarted = createJobs({ database: services.database, clock: Date.now, newId: v7 });
    t.equal((await restarted.find(second, 'a'))?.state, 'interrupted', 'a restart tells of what it did not finish');
  });

  t.test('a job whose process fell silent was interrupted, and answers expire', async (t) => {
    const request = { owner: 'a', request: 'GET x', requestId: 'r', language: 'en' } as const;
    const { database } = services;
    const lost = createJobs({ database, clock: () => 0, newId: v7 });
    const id = await lost.start(
      request,
      (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve({ status: 200 }))),
    );
    const alive = createJobs({ database, clock: () => 10_000, newId: v7 });
    t.match((await alive.find(id, 'a'))?.state, /queued|running/, 'another process works on it');
    const much = createJobs({ database, clock: () => 60_000, newId: v7 });
    t.equal((await much.find(id, 'a'))?.state, 'interrupted');
    await lost.close();
    const nextDay = createJobs({ database, clock: () => 2 * 24 * 3_600_000, newId: v7 });
    const other = await nextDay.start(request, async () => ({ status: 200, body: 'a,b', contentType: 'text/csv' }));
    t.equal(await nextDay.find(id, 'a'), undefined, 'swept');
    while ((await nextDay.find(other, 'a'))?.answer === undefined) await delay(10);
    await nextDay.close();
  });
});
