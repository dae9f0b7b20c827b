import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import pg from 'pg';
import { createApp } from '../../src/app.js';
import { loadConfig } from '../../src/config.js';
import { createServices } from '../../src/rest/create-services.js';
import { createLogger } from '../../src/rest/log.js';
import { resourceKey } from '../../src/search/hash.js';
import { connectDatabase } from '../../src/store/connect.js';
import type { ServerAddress } from '../../src/store/embedded/embedded.js';

// A server in a process of its own for the bench of reads: `lontar` as it is served, or `bare` Fastify over pg.
const [kind, addressText] = process.argv.slice(2);
const address = JSON.parse(addressText ?? '{}') as ServerAddress;
const app = kind === 'lontar' ? await lontar() : bare();
await app.listen({ host: '127.0.0.1', port: 0 });
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.((user + system) / 1e6);
});
process.send?.(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);

async function lontar() {
  const config = loadConfig({ AUTH: 'off', LOG_LEVEL: 'warn' });
  if (!config.ok) throw new Error('bad settings');
  const database = await connectDatabase({ server: address });
  const services = await createServices({ config: config.value, database });
  return createApp(services, { logger: createLogger('warn', { write() {} }) });
}

function bare() {
  const pool = new pg.Pool({ ...address, max: 4, options: '-c search_path=lontar' });
  const server = fastify();
  server.get<{ Params: { type: string; id: string } }>('/fhir/:type/:id', async (request, reply) => {
    const { type, id } = request.params;
    const text =
      'select b.body from body b where b.shard = (select d.shard from directory d where d.key = $1::bigint) and b.key = $1::bigint order by b.version desc limit 1';
    const { rows } = await pool.query<{ body: string }>({ name: 'read', text, values: [resourceKey(type, id)] });
    const [row] = rows;
    if (row === undefined) return reply.code(404).send();
    return reply.header('content-type', 'application/fhir+json').send(row.body);
  });
  return server;
}
