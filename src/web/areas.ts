import type { Area, Areas } from '../definitions/areas.js';
import type { Text } from '../fhir/outcome.js';

/** An area with its kind in front: `Desa Kuala Kuayan`, `Kelurahan …`, `Kecamatan …`; regencies and provinces carry theirs in the name. */
export function placeName(area: Area): Text {
  switch (area.level) {
    case 'village':
      return area.code[6] === '1'
        ? { id: `Kelurahan ${area.name}`, en: `Urban village ${area.name}` }
        : { id: `Desa ${area.name}`, en: `Village ${area.name}` };
    case 'district':
      return { id: `Kecamatan ${area.name}`, en: `District ${area.name}` };
    case 'regency':
      return { id: area.name, en: area.name };
    case 'province':
      return { id: `Provinsi ${area.name}`, en: `Province ${area.name}` };
  }
}

/** What the areas directly below are called. */
export function childrenName(level: Area['level'] | 'nation'): Text {
  const names = {
    nation: { id: 'provinsi', en: 'provinces' },
    province: { id: 'kabupaten/kota', en: 'regencies' },
    regency: { id: 'kecamatan', en: 'districts' },
    district: { id: 'desa/kelurahan', en: 'villages' },
    village: { id: 'desa/kelurahan', en: 'villages' },
  } as const;
  return names[level];
}

/** Address of an area's page. */
export function areaHref(code: string, period: string): string {
  return `/${code.length === 10 ? 'desa' : 'wilayah'}/${code}?period=${period}`;
}

/** Links to the areas that hold this one, from the nation down. */
export function breadcrumb(area: Area, areas: Areas, period: string): ReadonlyArray<{ label: string; href: string }> {
  const path: Array<{ label: string; href: string }> = [];
  let parent = area.parent === undefined ? undefined : areas.find(area.parent);
  while (parent) {
    path.unshift({ label: parent.name, href: areaHref(parent.code, period) });
    parent = parent.parent === undefined ? undefined : areas.find(parent.parent);
  }
  return [{ label: 'Indonesia', href: `/wilayah?period=${period}` }, ...path];
}
