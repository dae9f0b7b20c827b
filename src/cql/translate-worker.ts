import { parentPort } from 'node:worker_threads';
import { type CqlSources, translate } from './translate.js';

// Entry point of the translator's thread: one text in, one result out.
parentPort?.on('message', ({ id, cql, sources }: { id: number; cql: string; sources: CqlSources }) => {
  parentPort?.postMessage({ id, result: translate(cql, sources) });
});
