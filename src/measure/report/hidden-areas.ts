import { addCounts } from '../membership.js';
import type { GroupResult } from '../strata.js';
import { isSafe, type Row, suppress } from './suppress.js';

/** Areas of which nothing may be told, by code; `''` is the nation, `none` those without a village. */
export type HiddenAreas = ReadonlySet<string>;

export const nowhere = 'none';

/** Digits of the codes of nation, province, regency, district and village. */
const levels = [0, 2, 4, 6, 10] as const;

/**
 * Decides for the whole nation at once which areas are hidden, so that every report on any area hides the same ones: no report can be subtracted from
 * another of its neighbours, its parent or its children to find what one of them hides. From below, in each area's table of the areas directly below it, the
 * unsafe are hidden with as many companions as it takes; where there is none, the area itself is hidden. Then all that lies in a hidden area is hidden too.
 * `groups` are those of everyone by village: a row of the tables is that of all groups together.
 */
export function hiddenAreas(groups: readonly GroupResult[], threshold: number): HiddenAreas {
  const rows = rowsByArea(groups);
  const below = new Map<string, string[]>();
  for (const area of rows.keys()) {
    const parent = parentOf(area);
    if (parent !== undefined) below.set(parent, [...(below.get(parent) ?? []), area]);
  }
  const hidden = new Set<string>();
  const parents = [...below.keys()].sort((left, right) => right.length - left.length);
  for (const parent of parents) {
    const children = (below.get(parent) ?? []).sort();
    const closed = new Set(children.flatMap((child, index) => (hidden.has(child) ? [index] : [])));
    const total = rows.get(parent) ?? [];
    const shown = suppress(
      total,
      children.map((child) => rows.get(child) ?? []),
      threshold,
      closed,
    );
    children.forEach((child, index) => {
      if (shown.rows[index] === false) hidden.add(child);
    });
    if (!shown.total) hidden.add(parent);
  }
  for (const parent of [...parents].reverse()) if (hidden.has(parent)) for (const child of below.get(parent) ?? []) hidden.add(child);
  if (!isSafe(rows.get('') ?? [], threshold)) hidden.add('');
  return hidden;
}

function rowsByArea(groups: readonly GroupResult[]): Map<string, Row> {
  const rows = new Map<string, Row>();
  groups.forEach(({ strata, populations }, group) => {
    for (const { area, counts } of strata) {
      for (const code of area === undefined ? ['', nowhere] : levels.map((digits) => area.slice(0, digits))) {
        const row = rows.get(code) ?? groups.map((one) => one.populations.map(() => 0));
        rows.set(
          code,
          row.map((before, at) => (at === group && before.length === populations.length ? addCounts(before, counts) : before)),
        );
      }
    }
  });
  return rows;
}

function parentOf(area: string): string | undefined {
  if (area === '') return undefined;
  return area === nowhere ? '' : area.slice(0, levels[levels.findLastIndex((digits) => digits < area.length)] ?? 0);
}
