import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Text } from '../fhir/outcome.js';
import { growthFolder, type StandardName } from './standard.js';

export type IndicatorId = 'WAZ' | 'LAZ' | 'HAZ' | 'WLZ' | 'WHZ' | 'BAZ' | 'HCZ';

/** An anthropometric index: its SNOMED CT code, its standard, and how its z-score is judged. */
export interface Indicator {
  readonly id: IndicatorId;
  readonly code: string;
  readonly display: string;
  readonly name: Text;
  readonly standard: StandardName;
  /** Both ends belong to what is plausible. */
  readonly plausible: { readonly from: number; readonly to: number };
  /** Its z-scores are restricted beyond ±3 SD, and oedema makes them meaningless. */
  readonly dependsOnWeight: boolean;
  readonly bands: readonly Category[];
}

/** A category of nutritional status; the first whose limit holds is meant, and the last has none. */
export interface Category {
  readonly below?: number;
  readonly upTo?: number;
  readonly name: Text;
  /** Absent where no code system on board has a code for it. */
  readonly coding?: { readonly system: string; readonly code: string };
}

/** The index by its name. Source: `terminology/growth/indicators.json`. */
export function indicator(id: IndicatorId): Indicator {
  indicators ??= loadIndicators();
  const found = indicators.get(id);
  if (found === undefined) throw new Error(`terminology/growth/indicators.json lacks ${id}`);
  return found;
}

/** The category of a z-score of two decimals. */
export function categoryOf(bands: readonly Category[], z: number): Category {
  const found = bands.find(({ below, upTo }) => (below === undefined || z < below) && (upTo === undefined || z <= upTo));
  if (found === undefined) throw new Error('the last category must have no limit');
  return found;
}

export function isPlausible({ plausible }: Indicator, z: number): boolean {
  return z >= plausible.from && z <= plausible.to;
}

interface File {
  readonly indicators: ReadonlyArray<Omit<Indicator, 'bands'> & { readonly bands: string }>;
  readonly bands: Readonly<
    Record<string, ReadonlyArray<Omit<Category, 'coding'> & { readonly system?: string; readonly code?: string }> | undefined>
  >;
  readonly systems: Readonly<Record<string, string | undefined>>;
}

let indicators: ReadonlyMap<IndicatorId, Indicator> | undefined;

function loadIndicators(): ReadonlyMap<IndicatorId, Indicator> {
  const file = JSON.parse(readFileSync(join(growthFolder, 'indicators.json'), 'utf8')) as File;
  return new Map(
    file.indicators.map((one) => {
      const bands = (file.bands[one.bands] ?? []).map(({ system = '', code, ...band }) => {
        const url = file.systems[system];
        return code === undefined || url === undefined ? band : { ...band, coding: { system: url, code } };
      });
      return [one.id, { ...one, bands }];
    }),
  );
}
