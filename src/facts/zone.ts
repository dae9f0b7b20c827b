// UNVERIFIED: the provinces' zones as commonly known (Keppres 41/1987 with the provinces made since); Kemendagri codes of provinces. No published table was found.
const provinceZones: ReadonlyArray<{ readonly zone: 'WIB' | 'WITA' | 'WIT'; readonly provinces: readonly string[] }> = [
  { zone: 'WIB', provinces: ['11', '12', '13', '14', '15', '16', '17', '18', '19', '21', '31', '32', '33', '34', '35', '36', '61', '62'] },
  { zone: 'WITA', provinces: ['51', '52', '53', '63', '64', '65', '71', '72', '73', '74', '75', '76'] },
  { zone: 'WIT', provinces: ['81', '82', '91', '92', '93', '94', '95', '96'] },
];

const zoneOffsets = { WIB: 420, WITA: 480, WIT: 540 } as const;

/** The country's zones, in minutes east of UTC, from west to east. */
export const zones: readonly number[] = Object.values(zoneOffsets);

const minutesOfProvince: ReadonlyMap<string, number> = new Map(
  provinceZones.flatMap(({ zone, provinces }) => provinces.map((province) => [province, zoneOffsets[zone]] as const)),
);

/** Minutes east of UTC of an area's zone, by the province in its first two digits. People without an area, or from abroad, are on western time (WIB). */
export function zoneMinutesOf(area: string | undefined): number {
  return minutesOfProvince.get(area?.slice(0, 2) ?? '') ?? zoneOffsets.WIB;
}
