import type { Writable } from 'node:stream';
import { loadAreas } from '../definitions/areas.js';
import type { Result } from '../fhir/outcome.js';
import { issue } from '../fhir/outcome.js';
import type { SyntheticProgress, SyntheticResult } from '../synthetic/load.js';
import { folderSink, streamSink } from '../synthetic/ndjson.js';
import { type StoreTarget, storeLives } from '../synthetic/store-lives.js';
import { villagesBelow } from '../synthetic/villages.js';
import { createWorld } from '../synthetic/world.js';
import { writeLives } from '../synthetic/write-lives.js';
import { commandText } from './text.js';

export interface SyntheticOptions {
  readonly people: number;
  /** Code of 2, 4, 6 or 10 digits. */
  readonly area: string;
  readonly seed: number;
  /** Share of clinical records with a mistake, 0 to 1. */
  readonly errors: number;
  /** `2026-11-22`: nothing is recorded after it. */
  readonly until: string;
  /** First day that is recorded in full; else the first of the year before. */
  readonly since?: string;
  /** NDJSON: a file a type in this folder, or all on standard output for `-`. Absent: into the store. */
  readonly out?: string;
  /** Whether the store takes what is generated without judging it again. */
  readonly trust: boolean;
}

export interface SyntheticIo {
  readonly standardOutput: Writable;
  /** Runs `work` over the server's database. */
  withTarget(work: (target: Required<StoreTarget>) => Promise<SyntheticResult>): Promise<SyntheticResult>;
  onProgress(progress: SyntheticProgress): void;
}

/** Makes up people with whole lives and stores them, or writes them as NDJSON. An area without villages is an issue. */
export async function loadSynthetic(options: SyntheticOptions, io: SyntheticIo): Promise<Result<SyntheticResult>> {
  const { people, area, seed, errors, until, since, out, trust } = options;
  const areas = loadAreas();
  const villages = villagesBelow(areas, area);
  if (villages.length === 0) return { ok: false, issues: [issue('value', 'synthetic-area', commandText.noVillages(area))] };
  const world = createWorld({ seed, villages, errors, until, ...(since === undefined ? {} : { since }) }, areas);
  const load = { world, people, onProgress: io.onProgress };
  if (out !== undefined)
    return { ok: true, value: await writeLives(load, out === '-' ? streamSink(io.standardOutput) : await folderSink(out)) };
  const value = await io.withTarget(({ store, validator, now }) => storeLives(load, trust ? { store, now } : { store, validator, now }));
  return { ok: true, value };
}
