import { setTimeout as delay } from 'node:timers/promises';
import { checkKept, type KeptFinding, namedDifferences, rebuildKept } from '../measure/upkeep/doctor.js';
import { upkeepOf } from '../rest/open-upkeep.js';
import type { Services } from '../rest/services.js';
import type { KeptRow } from '../store/kept/compare.js';

export interface DoctorMeasuresOptions {
  /** Ids of the measures to look at; all that are kept where absent. */
  readonly measures?: readonly string[];
  /** Have what differs counted anew. */
  readonly repair: boolean;
  readonly json: boolean;
}

/**
 * Evaluates everything that is kept anew and compares it with members and counters; a line for each measure and period, then each row that differs, by shard and the
 * person's key in facts. Resolves with the exit code: 1 where a row differs, though it be repaired.
 */
export async function doctorMeasures(services: Services, options: DoctorMeasuresOptions, print: (text: string) => void): Promise<number> {
  const { measures, database, clock } = services;
  const { compiled } = measures.kept.parts;
  const ids = services.config.keptMeasures && new Set(services.config.keptMeasures);
  const kept = await measures.kept.programs(measures, ids);
  const chosen = kept.filter(({ measure }) => options.measures === undefined || options.measures.includes(measure.id ?? ''));
  const parts = { database, compiled, clock };
  const differing: KeptFinding[] = [];
  let [generations, members] = [0, 0];
  for await (const finding of checkKept(parts, chosen)) {
    generations += 1;
    members += finding.members;
    if (finding.differing.length + finding.counters.length > 0) differing.push(finding);
    for (const line of options.json ? [JSON.stringify(finding)] : linesOf(finding)) print(line);
  }
  const rows = differing.reduce((sum, found) => sum + found.differing.length + found.counters.length, 0);
  if (!options.json) {
    print(
      `${rows} baris berbeda / rows differ · ${members} anggota / members · ${generations} indikator dan periode / measures and periods`,
    );
  }
  if (options.repair && differing.length > 0) {
    await rebuildKept(
      parts,
      differing.map((found) => found.kept),
    );
    const upkeep = upkeepOf(services, database, { refreshed() {}, log() {} });
    // A server that runs may take up the work instead.
    do {
      await upkeep.round();
      await delay(200);
    } while ((await upkeep.status()).rebuilding > 0);
    if (!options.json) print(`${differing.length} dihitung ulang / counted anew`);
  }
  return rows === 0 ? 0 : 1;
}

function linesOf({ kept, members, differing, counters }: KeptFinding): readonly string[] {
  const more = differing.length === namedDifferences ? '+' : '';
  return [
    `${kept.measure} ${kept.period}: ${members} anggota / members, ${differing.length}${more} + ${counters.length} berbeda / differ`,
    ...differing.map(({ shard, person, kept: row, anew }) => `  ${shard}/${person}: ${rowText(row)} → ${rowText(anew)}`),
    ...counters.map(({ area, bits, stratum, kept: n, anew }) => `  ${rowText({ area, bits, stratum })}: ${n} → ${anew}`),
  ];
}

function rowText(row: KeptRow | undefined): string {
  return row === undefined ? '-' : `${row.area === '' ? 'tanpa desa / no village' : row.area} ${row.bits}${row.stratum}`;
}
