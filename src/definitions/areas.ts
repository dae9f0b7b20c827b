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
  const starts = lineStarts(bytes);
  const size = starts.length - 1;
  return {
    size,
    find(code) {
      const at = lowerBound(code);
      const area = at < size ? areaAt(at) : undefined;
      return area?.code === code ? area : undefined;
    },
    children(code = '') {
      const digits = childDigits[code.length];
      return digits === undefined ? [] : [...within(code)].filter((area) => area.code.length === digits);
    },
    all: () => within(''),
  };

  /** All areas whose code starts with `prefix`, in order of code: a parent before its children. */
  function* within(prefix: string): Generator<Area> {
    for (let at = lowerBound(prefix); at < size; at += 1) {
      const area = areaAt(at);
      if (!area.code.startsWith(prefix)) return;
      yield area;
    }
  }

  /** The first line whose code is not below `code`. Compared byte by byte: decoding a line to look at it would cost ten times as much. */
  function lowerBound(code: string): number {
    let low = 0;
    let high = size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBelow(starts[middle] ?? 0, code)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function isBelow(offset: number, code: string): boolean {
    for (let at = 0; at < code.length; at += 1) {
      const difference = (bytes[offset + at] ?? 0) - code.charCodeAt(at);
      // The tab behind a shorter code is below every digit.
      if (difference !== 0) return difference < 0;
    }
    return false;
  }

  function areaAt(position: number): Area {
    const line = bytes.toString('utf8', starts[position], (starts[position + 1] ?? 0) - 1);
    const cut = line.indexOf('\t');
    return areaOf(line.slice(0, cut), line.slice(cut + 1));
  }
}

/** Offsets of the lines behind the first, and of the end. */
function lineStarts(bytes: Buffer): Uint32Array {
  const starts: number[] = [];
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) starts.push(at + 1);
  return Uint32Array.from(starts);
}

const newline = 0x0a;

function areaOf(code: string, name: string): Area {
  const { level, parentDigits } = levelOfDigits[code.length] ?? { level: 'village', parentDigits: 0 };
  return parentDigits === 0 ? { code, name, level } : { code, name, level, parent: code.slice(0, parentDigits) };
}
