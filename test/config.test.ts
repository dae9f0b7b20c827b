import { test } from 'tap';
import { type Environment, isLoopback, loadConfig, settingsTable } from '../src/config.js';

function refusals(environment: Environment): readonly string[] {
  const loaded = loadConfig(environment);
  return loaded.ok ? [] : loaded.issues.map((issue) => issue.text.en);
}

test('takes the defaults of an empty environment, closed by default', async (t) => {
  const loaded = loadConfig({ PORT: '', PATH: '/usr/bin' });
  if (!loaded.ok) {
    t.fail('refused');
    return;
  }
  t.match(loaded.value, { host: '127.0.0.1', port: 8080, dataDir: './data', auth: 'on', validation: 'enforce', logLevel: 'info' });
  t.equal(loaded.value.databaseUrl, undefined);
  t.equal(loaded.value.baseUrl, undefined);
});

test('reads text into types', async (t) => {
  const loaded = loadConfig({
    PORT: ' 9000 ',
    AUTH: 'off',
    HOST: 'localhost',
    BASE_URL: 'https://fhir.example.org/lontar/',
    BUNDLE_LIMIT_MIB: '2',
    DATABASE_URL: 'postgres://u:p@h/d',
  });
  if (!loaded.ok) {
    t.fail('refused');
    return;
  }
  t.match(loaded.value, {
    port: 9000,
    auth: 'off',
    baseUrl: 'https://fhir.example.org/lontar',
    bundleLimitBytes: 2_097_152,
    databaseUrl: 'postgres://u:p@h/d',
  });
});

test('names each bad setting, says why and gives an example', async (t) => {
  const found = refusals({
    PORT: 'http',
    AUTH: 'maybe',
    LOG_LEVEL: 'loud',
    DATABASE_URL: 'mysql://x',
    BASE_URL: 'fhir.example.org',
    POOL_SIZE: '0',
  });
  t.equal(found.length, 6);
  for (const name of ['PORT', 'AUTH', 'LOG_LEVEL', 'DATABASE_URL', 'BASE_URL', 'POOL_SIZE']) {
    t.ok(
      found.some((line) => line.startsWith(`Setting ${name} `) && line.includes(`Example: ${name}=`)),
      name,
    );
  }
  t.match(refusals({ PORT: '70000' }), ['Setting PORT must be at most 65535. Example: PORT=8081']);
});

test('refuses AUTH=off on an address that others can reach', async (t) => {
  t.match(refusals({ AUTH: 'off', HOST: '0.0.0.0' }), [/Setting AUTH must not be off/]);
  t.match(refusals({ AUTH: 'off', HOST: '::' }), [/Setting AUTH/]);
  for (const host of ['127.0.0.1', '127.9.9.9', '::1', 'localhost']) t.strictSame(refusals({ AUTH: 'off', HOST: host }), [], host);
  t.notOk(isLoopback('127.evil.example'));
});

test('prints every setting in the table for README', async (t) => {
  const lines = settingsTable().split('\n');
  t.match(lines[0], '| setting | default |');
  for (const name of ['HOST', 'PORT', 'DATA_DIR', 'DATABASE_URL', 'AUTH', 'LOG_LEVEL', 'BASE_URL', 'VALIDATION']) {
    t.ok(
      lines.some((line) => line.startsWith(`| \`${name}\` |`)),
      name,
    );
  }
});
