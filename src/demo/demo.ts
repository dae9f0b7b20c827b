import type { MeasureReport, OperationOutcome } from '@medplum/fhirtypes';
import { type Area, loadAreas } from '../definitions/areas.js';
import { dateOf, dayOf } from './calendar.js';
import type { Village } from './facility.js';
import { faultyBundle } from './faulty.js';
import { createClient, type LoadProgress, loadStory } from './load.js';
import { problemList, villageTable } from './show.js';
import { createStory } from './story.js';

export interface DemoOptions {
  /** Where the server listens: `http://127.0.0.1:8080`. */
  readonly origin: string;
  readonly people: number;
  readonly villages: number;
  readonly seed: number;
  /** Milliseconds since the epoch: the story ends with the last whole month before it. */
  readonly now: number;
  print(text: string): void;
  onProgress(progress: LoadProgress): void;
}

/** The three indicators that the demo shows. */
const measures = ['ANC-K6', 'ANC-ANEMIA', 'IMUN-IDL'] as const;

// Mentaya Hulu, Kotawaringin Timur: the district where the demo's Puskesmas stands; further villages come from the rest of the regency.
const homeDistrict = '620203';
const zoneMinutes = 7 * 60;

/** Most villages that one Puskesmas of the demo can have: those of its regency. */
export function demoVillages(): readonly Village[] {
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

/** Fills the server with a made-up Puskesmas, then shows what Lontar makes of it. Rejects with one clear line where the server refuses what it should take. */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { print } = options;
  const villages = demoVillages().slice(0, options.villages);
  const end = demoEnd(options.now);
  const story = createStory({
    seed: options.seed,
    people: options.people,
    villages,
    end,
    zoneMinutes,
    areaName: (code) => loadAreas().find(code)?.name ?? code,
  });
  const client = createClient(`${options.origin}/fhir`);
  print(`Puskesmas contoh: ${villages.length} desa, ${story.people} orang, ${story.resources} resource, ${story.start} – ${end}.`);
  print(`(A made-up Puskesmas: ${villages.length} villages, ${story.people} people, ${story.resources} resources.)\n`);
  const sent = await loadStory(client, story, options.onProgress);
  print(
    sent === 0
      ? 'Data sudah ada, tidak dimuat ulang. / The data is there already.\n'
      : `${sent} resource terkirim. / ${sent} resources sent.\n`,
  );

  print('Bundle yang salah ditolak utuh, dengan semua masalahnya: / A faulty Bundle is refused whole, with all its problems:');
  const refused = await client.post('', faultyBundle(villages[0]?.code ?? '', `Organization/${story.puskesmasId}`));
  print(`HTTP ${refused.status}\n${problemList(refused.body as OperationOutcome)}\n`);

  const year = end.slice(0, 4);
  for (const measure of measures) {
    const query = `periodStart=${year}-01-01&periodEnd=${year}-12-31&subject=Organization/${story.puskesmasId}`;
    const report = (await client.get(`/Measure/${measure}/$evaluate-measure?${query}`)) as MeasureReport;
    for (const group of report.group ?? []) print(`${measure}: ${villageTable(report, group)}\n`);
  }
  print(`Halaman desa / Village page: ${options.origin}/desa/${villages[0]?.code}?period=${year}`);
  print(`FHIR: ${options.origin}/fhir/metadata — Ctrl+C untuk berhenti / to stop.`);
}

/** Last day of the last whole month before `now`: the day the story ends. */
export function demoEnd(now: number): string {
  const today = new Date(now).toISOString().slice(0, 10);
  return dateOf(dayOf(`${today.slice(0, 7)}-01`) - 1);
}
