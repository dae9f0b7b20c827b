import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../root.js';
import { interpolateLms, type Lms } from './zscore.js';

export type Sex = 'male' | 'female';

/** A table of the WHO Child Growth Standards: a file of `terminology/growth`. */
export type StandardName =
  | 'weight-for-age'
  | 'length-for-age'
  | 'bmi-for-age'
  | 'head-circumference-for-age'
  | 'weight-for-length'
  | 'weight-for-height';

/** Where the table's folder lies; its figures are read when they are first asked for. */
export const growthFolder: string = join(packageRoot, 'terminology', 'growth');

/**
 * The row of a table at an age in days or a length in cm; between two lengths of the table the rows are interpolated.
 * Undefined outside of the table: days 0 to 1826, length 45 to 110 cm, height 65 to 120 cm.
 */
export function standardAt(name: StandardName, sex: Sex, key: number): Lms | undefined {
  const table = load(name);
  const place = (key - table.from) / table.step;
  // 88.4 is 233.9999… steps of 0.1 from 65.
  const nearest = Math.round(place);
  if (Math.abs(place - nearest) < 1e-6) return rowOf(table[sex], nearest);
  const before = rowOf(table[sex], Math.floor(place));
  const after = rowOf(table[sex], Math.ceil(place));
  return before && after && interpolateLms(before, after, place - Math.floor(place));
}

interface Columns {
  /** One value where it is the same in every row. */
  readonly l: number | readonly number[];
  readonly m: readonly number[];
  readonly s: readonly number[];
}

interface Table {
  readonly from: number;
  readonly step: number;
  readonly male: Columns;
  readonly female: Columns;
}

const loaded = new Map<StandardName, Table>();

function load(name: StandardName): Table {
  let table = loaded.get(name);
  if (table === undefined) {
    table = JSON.parse(readFileSync(join(growthFolder, `${name}.json`), 'utf8')) as Table;
    loaded.set(name, table);
  }
  return table;
}

function rowOf({ l, m, s }: Columns, index: number): Lms | undefined {
  const median = m[index];
  const variation = s[index];
  const power = typeof l === 'number' ? l : l[index];
  return median === undefined || variation === undefined || power === undefined ? undefined : { l: power, m: median, s: variation };
}
