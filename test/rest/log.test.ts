import { test } from 'tap';
import { createLogger } from '../../src/rest/log.js';
import { withoutNik } from '../../src/rest/nik.js';
import { testApp } from '../support/app.js';

const nik = '3174031002890009';
const secrets = [nik, 'Siti', 'Aminah', 'rahasia', 'Melati'];

test('logs requests without names, NIKs, queries, ids, headers or bodies', async (t) => {
  const { send, log, services, app } = await testApp(t, { LOG_LEVEL: 'trace' });
  const headers = { authorization: `Bearer rahasia-${nik}` };
  await send('GET', `/fhir/Patient?identifier=https://fhir.kemkes.go.id/id/nik|${nik}&name=Siti`, undefined, headers);
  await send('GET', `/fhir/Patient/Siti-${nik}`, undefined, headers);
  await send('POST', '/fhir/Patient/_search', `name=Aminah&identifier=${nik}`, { 'content-type': 'application/x-www-form-urlencoded' });
  await send('POST', '/fhir/Patient', {
    resourceType: 'Patient',
    name: [{ text: 'Siti Aminah' }],
    identifier: [{ value: nik }],
    nama: 'Melati',
  });
  await send('POST', '/fhir/Patient', `{"resourceType":"Patient","name":[{"text":"Siti Aminah"`);
  await send('GET', `/Siti/${nik}`);
  await send('GET', '/fhir/Patient', undefined, { 'x-request-id': nik });
  // A fault of ours quotes what it choked on, as PostgreSQL does.
  const original = services.store.read;
  (services.store as { read: unknown }).read = async () => {
    throw new Error(`invalid input syntax for type date: "Siti Aminah" (${nik})`);
  };
  const failed = await send('GET', '/fhir/Patient/x');
  (services.store as { read: unknown }).read = original;
  t.equal(failed.statusCode, 500);
  t.notMatch(failed.body, 'Siti');
  t.match(failed.json().issue[0], { code: 'exception' });
  app.log.info({ body: 'Siti', headers, query: nik, nested: { authorization: 'rahasia', url: nik } }, `NIK ${nik}`);
  const text = log.join('');
  t.ok(log.length >= 9, 'a line for each request');
  t.match(text, '"route":"/fhir/:type"');
  t.match(text, 'invalid input syntax');
  for (const secret of secrets) t.notOk(text.includes(secret), `${secret} is not in the log`);
});

test('answers without the secrets it was sent', async (t) => {
  const { send } = await testApp(t);
  const answers = await Promise.all([
    send('GET', `/fhir/Patient?nama=Siti&${nik}=x`),
    send('POST', '/fhir/Patient', `{"resourceType":"Patient","Siti Aminah":1,"Siti Aminah":2}`),
    send('POST', '/fhir/Patient', `{"resourceType":"Patient","name":Siti}`),
    send('GET', `/fhir/Siti${nik}/1`),
    send('GET', `/fhir/Patient/$Siti`),
  ]);
  for (const answer of answers) {
    t.ok(answer.statusCode >= 400 && answer.statusCode < 500);
    t.notOk(answer.body.includes(nik) || answer.body.includes('Aminah'), answer.body);
  }
});

test('takes NIKs out of any text, and leaves other numbers', async (t) => {
  t.equal(withoutNik(`a ${nik}, ${nik}1 and 174031002890009`), `a [nik], ${nik}1 and 174031002890009`);
  const lines: string[] = [];
  createLogger('info', { write: (line) => lines.push(line) }).info('hello');
  t.match(JSON.parse(lines[0] ?? ''), { level: 30, msg: 'hello', time: /Z$/ });
});
