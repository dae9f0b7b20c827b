import type { Areas } from '../definitions/areas.js';
import type { Place } from './facilities.js';

/** The villages of an area, itself if it is one; none where the code is unknown. `code` has 2, 4, 6 or 10 digits. */
export function villagesBelow(areas: Pick<Areas, 'find' | 'children'>, code: string): readonly Place[] {
  const area = areas.find(code);
  if (area === undefined) return [];
  if (area.level === 'village') return [{ code: area.code, name: area.name }];
  return areas.children(code).flatMap((child) => villagesBelow(areas, child.code));
}
