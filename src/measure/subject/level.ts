import type { AreaLevel } from '../../definitions/areas.js';
import type { MeasureSubject } from './subject.js';

/** The levels at which villages are divided further. */
export type PartLevel = 'posyandu' | 'rw' | 'rt';

/** What a report on an area is stratified by: areas of a level, the largest first, or the parts of a village. */
export type StrataLevel = AreaLevel | PartLevel;

export const partLevels: readonly PartLevel[] = ['posyandu', 'rw', 'rt'];
export const strataLevels: readonly StrataLevel[] = ['province', 'regency', 'district', 'village', ...partLevels];

/** Digits of the codes of an area level. */
export const levelDigits: Readonly<Record<AreaLevel, number>> = { province: 2, regency: 4, district: 6, village: 10 };

export function isPartLevel(level: StrataLevel): level is PartLevel {
  return partLevels.some((part) => part === level);
}

const below: Readonly<Record<AreaLevel, StrataLevel | 'next'>> = {
  province: 'regency',
  regency: 'district',
  district: 'village',
  village: 'next',
};

/**
 * The next level down from a subject: `next` for a village, whose people are by Posyandu where they have one, else by RW. Everyone, an organization and
 * groups of people are by village.
 */
export function nextLevel(subject: MeasureSubject): StrataLevel | 'next' {
  switch (subject.kind) {
    case 'all':
      return subject.isNation === true ? 'province' : 'village';
    case 'area':
      if (subject.part === undefined) return below[subject.area.level];
      return subject.part.rt === undefined ? 'rt' : 'village';
    case 'persons':
      return subject.isPosyandu === true ? 'rw' : 'village';
    case 'organization':
    case 'person':
      return 'village';
  }
}
