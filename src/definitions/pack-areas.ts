import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './pack-file.js';
import { explainMissing } from './pack-source.js';

/** Levels of Indonesia's administrative areas with the length of their undotted Kemendagri codes. */
const areaLevels = [
  { level: 'province', file: 'provinces.csv', digits: 2 },
  { level: 'regency', file: 'regencies.csv', digits: 4 },
  { level: 'district', file: 'districts.csv', digits: 6 },
  { level: 'village', file: 'villages.csv', digits: 10 },
] as const;

/**
 * Packs the areas of `idn-area-data` as one line each, `code<TAB>name`, sorted by code: a child's code starts with its parent's,
 * so the order is the hierarchy and a binary search finds a code. The first line is a stamp of the sources.
 */
export function packAreas(source: string, target: string): void {
  if (!existsSync(source)) {
    explainMissing(source, target);
    return;
  }
  const paths = areaLevels.map(({ file }) => join(source, file));
  const stamp = `1 ${paths.map((path) => statSync(path).size).join(' ')}`;
  if (existsSync(target) && readFileSync(target, 'utf8').startsWith(`${stamp}\n`)) return;
  const lines = paths.flatMap((path, position) => areaLines(readFileSync(path, 'utf8'), areaLevels[position]?.digits ?? 0));
  replaceFile(target, `${stamp}\n${lines.sort().join('\n')}\n`);
}

function areaLines(csv: string, digits: number): string[] {
  const [header = '', ...rows] = csv.split(/\r?\n/);
  const nameColumn = header.split(',').indexOf('name');
  return rows.filter(Boolean).map((row) => {
    const cells = cellsOf(row);
    const code = (cells[0] ?? '').replaceAll('.', '');
    const name = (cells[nameColumn] ?? '').replace(/\s+/g, ' ').trim();
    if (!/^\d+$/.test(code) || code.length !== digits || name === '') throw new Error(`area row not understood: ${row}`);
    return `${code}\t${name}`;
  });
}

/** RFC 4180 cells of one line: quotes may wrap a cell, a doubled quote stands for one. */
function cellsOf(row: string): string[] {
  return [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map((match) =>
    match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'),
  );
}
