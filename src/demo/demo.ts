import type { OperationOutcome } from '@medplum/fhirtypes';
import { type Area, loadAreas } from '../definitions/areas.js';
import { addMonths, dateOf, dayOf } from '../synthetic/calendar.js';
import type { Place } from '../synthetic/facilities.js';
import { createWorld, type World } from '../synthetic/world.js';
import { createClient } from './client.js';
import { faultyBundle } from './faulty.js';
import { type LifeCycleRow, lifeCycle, lifeCycleTable } from './life-cycle.js';
import { type LoadProgress, loadLives } from './load.js';
import { problemList } from './problems.js';

export interface DemoOptions {
  /** Where the server listens: `http://127.0.0.1:8080`. */
  readonly origin: string;
  readonly people: number;
  readonly villages: number;
  readonly seed: number;
  /** Milliseconds since the epoch: the records end with the last whole month before it. */
  readonly now: number;
  print(text: string): void;
  onProgress(progress: LoadProgress): void;
}

/** What the demo showed, for programs. */
export interface DemoResult {
  readonly people: number;
  readonly villages: readonly Place[];
  readonly since: string;
  readonly until: string;
  /** 0 where all was there already. */
  readonly resourcesSent: number;
  readonly refused: { readonly status: number; readonly problems: readonly string[] };
  readonly lifeCycle: readonly LifeCycleRow[];
  readonly page: string;
}

// Mentaya Hulu, Kotawaringin Timur: the district where the demo's Puskesmas stands; further villages come from the rest of the regency.
const homeDistrict = '620203';
/** How far back the routine records go; pregnancies and vaccinations are whole. */
const months = 12;

/** Most villages that the demo can have: those of its regency, the home district's first. */
export function demoVillages(): readonly Place[] {
  const areas = loadAreas();
  const districts = [
    homeDistrict,
    ...areas
      .children(homeDistrict.slice(0, 4))
      .map(({ code }: Area) => code)
      .filter((code) => code !== homeDistrict),
  ];
  return districts.flatMap((district) => areas.children(district)).map(({ code, name }) => ({ code, name }));
}

/** The demo's Puskesmas and people up to the end of the month before `now`. */
export function demoWorld({ villages, seed, now }: Pick<DemoOptions, 'villages' | 'seed' | 'now'>): World {
  const until = demoEnd(now);
  const since = dateOf(addMonths(dayOf(until) + 1, -months));
  return createWorld({ seed, villages: demoVillages().slice(0, villages), until, since, errors: 0 }, loadAreas());
}

/** Fills the server with a made-up Puskesmas, then shows what Lontar makes of it. Rejects with one clear line where the server refuses what it should take. */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { print, people, origin } = options;
  const world = demoWorld(options);
  const villages = world.services.map(({ village }) => village);
  const until = dateOf(world.until);
  const since = dateOf(world.since);
  const client = createClient(`${origin}/fhir`);
  print(`Puskesmas contoh: ${villages.length} desa, ${people} orang dengan riwayat hidupnya, ${since} – ${until}.`);
  print(`(A made-up Puskesmas: ${villages.length} villages, ${people} people with their lives.)\n`);
  const sent = await loadLives(client, world, people, options.onProgress);
  print(
    sent === 0
      ? 'Data sudah ada, tidak dimuat ulang. / The data is there already.\n'
      : `${sent} resource terkirim. / ${sent} resources sent.\n`,
  );

  print('Bundle yang salah ditolak utuh, dengan semua masalahnya: / A faulty Bundle is refused whole, with all its problems:');
  const first = villages[0]?.code ?? '';
  const refused = await client.post('', faultyBundle(first, `Organization/${world.puskesmas[0]?.id}`));
  const problems = problemList(refused.body as OperationOutcome);
  print(`HTTP ${refused.status}\n${problems.map((problem, index) => `${index + 1}. ${problem}`).join('\n')}\n`);

  const year = until.slice(0, 4);
  print(`Siklus hidup ${year}, persen per desa: / The life cycle in ${year}, per cent by village:`);
  const rows = await lifeCycle(client, commonArea(villages), year);
  print(`${lifeCycleTable(rows, villages)}\n`);
  const page = `${origin}/desa/${first}?period=${year}`;
  print(`Halaman desa / Village page: ${page}`);
  print(`FHIR: ${origin}/fhir/metadata — Ctrl+C untuk berhenti / to stop.`);
  return { people, villages, since, until, resourcesSent: sent, refused: { status: refused.status, problems }, lifeCycle: rows, page };
}

/** Last day of the last whole month before `now`: the day the records end. */
export function demoEnd(now: number): string {
  const today = new Date(now).toISOString().slice(0, 10);
  return dateOf(dayOf(`${today.slice(0, 7)}-01`) - 1);
}

/** The smallest area of the table that holds all villages: district, regency or province. */
function commonArea(villages: readonly Place[]): string {
  const digits = [6, 4].find((length) => new Set(villages.map(({ code }) => code.slice(0, length))).size === 1) ?? 2;
  return villages[0]?.code.slice(0, digits) ?? '';
}
