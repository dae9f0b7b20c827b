import { cvx, kfa } from './codes.js';
import type { Coding } from './resource.js';

export type Vaccine = keyof typeof vaccines;

export const vaccines = {
  HB0: [kfa('93008995')],
  BCG: [cvx('19', 'BCG'), kfa('93005208')],
  OPV: [cvx('178', 'OPV bivalent'), kfa('93004972')],
  IPV: [cvx('10', 'IPV'), kfa('93004736')],
  DPT: [cvx('198', 'DTP-hepB-Hib Pentavalent Non-US'), kfa('93001282')],
  PCV: [cvx('152'), kfa('93001619')],
  RV: [cvx('119'), kfa('93001652')],
  MR: [cvx('4', 'M/R'), kfa('93005779')],
  DT: [cvx('28'), kfa('93001642')],
  Td: [cvx('139'), kfa('93006988')],
  HPV: [cvx('62'), kfa('93001623')],
} as const satisfies Readonly<Record<string, readonly Coding[]>>;

export interface Dose {
  readonly vaccine: Vaccine;
  readonly dose: number;
  /** Age in days, at birth, else in months. */
  readonly dueMonths: number;
}

/**
 * Doses of infants and toddlers with the month of age that they fall due at (0: at birth).
 * Source: the national immunisation schedule of 2024 to 2026 (KMK 1098/2024, amended by KMK 35/2025); Japanese encephalitis is for endemic provinces only and left out.
 */
export const infantDoses: readonly Dose[] = [
  { vaccine: 'HB0', dose: 1, dueMonths: 0 },
  ...due(1, ['BCG', 1], ['OPV', 1]),
  ...due(2, ['DPT', 1], ['OPV', 2], ['PCV', 1], ['RV', 1]),
  ...due(3, ['DPT', 2], ['OPV', 3], ['PCV', 2], ['RV', 2]),
  ...due(4, ['DPT', 3], ['OPV', 4], ['IPV', 1], ['RV', 3]),
  ...due(9, ['MR', 1], ['IPV', 2]),
  ...due(12, ['PCV', 3]),
  ...due(18, ['DPT', 4], ['MR', 2]),
];

export interface SchoolDose {
  readonly vaccine: Vaccine;
  readonly dose: number;
  /** Age of the class at the end of the year. */
  readonly years: number;
  /** Month of the round: August or November. */
  readonly month: 8 | 11;
  readonly girlsOnly?: true;
}

/** The rounds at school (BIAS): classes 1, 2 and 5. Source: the same schedule. */
export const schoolDoses: readonly SchoolDose[] = [
  { vaccine: 'MR', dose: 3, years: 7, month: 8 },
  { vaccine: 'DT', dose: 1, years: 7, month: 11 },
  { vaccine: 'Td', dose: 1, years: 8, month: 11 },
  { vaccine: 'Td', dose: 2, years: 11, month: 11 },
  { vaccine: 'HPV', dose: 1, years: 11, month: 8, girlsOnly: true },
];

function due(dueMonths: number, ...doses: ReadonlyArray<readonly [Vaccine, number]>): Dose[] {
  return doses.map(([vaccine, dose]) => ({ vaccine, dose, dueMonths }));
}
