import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packFolder } from '../root.js';

/** The code system of Indonesia's administrative areas: undotted Kemendagri codes of 2, 4, 6 or 10 digits. */
export const areaSystem = 'http://sys-ids.kemkes.go.id/administrative-area';

export type AreaLevel = 'province' | 'regency' | 'district' | 'village';

export interface Area {
  readonly code: string;
  readonly name: string;
  readonly level: AreaLevel;
  /** Code of the area it lies in; provinces have none. */
  readonly parent?: string;
}

export interface Areas {
  /** 38 provinces, 514 regencies, 7,285 districts and 83,762 villages. */
  readonly size: number;
  find(code: string): Area | undefined;
  /** The areas directly below `code`; the provinces for no code. */
  children(code?: string): readonly Area[];
  all(): Iterable<Area>;
}

// Digits of a code by level: the first two name the province, four the regency, six the district, ten the village.
const levelOfDigits: Readonly<Record<number, { readonly level: AreaLevel; readonly parentDigits: number }>> = {
  2: { level: 'province', parentDigits: 0 },
  4: { level: 'regency', parentDigits: 2 },
  6: { level: 'district', parentDigits: 4 },
  10: { level: 'village', parentDigits: 6 },
};
const childDigits: Readonly<Record<number, number>> = { 0: 2, 2: 4, 4: 6, 6: 10 };

let loaded: Areas | undefined;

/** The areas from the pack (2 MB, kept as bytes and searched by bisection), read at the first call. */
export function loadAreas(path: string = join(packFolder, 'areas.pack')): Areas {
  loaded ??= areasOf(readFileSync(path));
  return loaded;
}

/** Areas out of the pack's bytes: after the first line, one `code<TAB>name` a line, sorted by code. */
export function areasOf(bytes: Buffer): Areas {
  const start = bytes.indexOf(newline) + 1;
  let size: number | undefined;
  return {
    get size() {
      size ??= countLines(bytes, start);
      return size;
    },
    find(code) {
      const at = lowerBound(code);
      const line = at < bytes.length ? lineAt(at) : undefined;
      return line !== undefined && line.code === code ? areaOf(line) : undefined;
    },
    children(code = '') {
      const digits = childDigits[code.length];
      return digits === undefined ? [] : [...within(code)].filter((area) => area.code.length === digits);
    },
    all: () => within(''),
  };

  /** All areas whose code starts with `prefix`, in order of code: a parent before its children. */
  function* within(prefix: string): Generator<Area> {
    let at = lowerBound(prefix);
    while (at < bytes.length) {
      const line = lineAt(at);
      if (!line.code.startsWith(prefix)) return;
      yield areaOf(line);
      at = line.end + 1;
    }
  }

  /** Offset of the first line whose code is not below `code`. */
  function lowerBound(code: string): number {
    let low = start;
    let high = bytes.length;
    while (low < high) {
      const middle = bytes.lastIndexOf(newline, (low + high) >> 1) + 1;
      const from = Math.max(middle, low);
      const line = lineAt(from);
      if (line.code < code) low = line.end + 1;
      else high = from;
    }
    return low;
  }

  function lineAt(offset: number): Line {
    const end = bytes.indexOf(newline, offset);
    const line = bytes.toString('utf8', offset, end < 0 ? bytes.length : end);
    const tab = line.indexOf('\t');
    return { code: line.slice(0, tab), name: line.slice(tab + 1), end: end < 0 ? bytes.length : end };
  }
}

interface Line {
  readonly code: string;
  readonly name: string;
  readonly end: number;
}

const newline = 0x0a;

function areaOf({ code, name }: Line): Area {
  const { level, parentDigits } = levelOfDigits[code.length] ?? { level: 'village', parentDigits: 0 };
  return parentDigits === 0 ? { code, name, level } : { code, name, level, parent: code.slice(0, parentDigits) };
}

function countLines(bytes: Buffer, start: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(newline, start); at >= 0; at = bytes.indexOf(newline, at + 1)) lines += 1;
  return lines;
}
