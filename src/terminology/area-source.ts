import { type Area, areaSystem, loadAreas } from '../definitions/areas.js';
import type { CodeSource } from './code-source.js';
import type { Concept } from './terminology.js';

/** Indonesia's administrative areas; the property `level` tells province, regency, district and village apart. */
export function areaSource(): CodeSource {
  const areas = loadAreas();
  return {
    system: areaSystem,
    name: 'Wilayah administrasi Indonesia',
    propertyNames: ['level'],
    complete: true,
    freeDisplays: true,
    size: areas.size,
    hierarchical: true,
    find(code) {
      const area = areas.find(code);
      return area && conceptOf(area);
    },
    *all() {
      for (const area of areas.all()) yield conceptOf(area);
    },
    parents(code) {
      const parent = areas.find(code)?.parent;
      return parent === undefined ? [] : [parent];
    },
    children: (code) => areas.children(code).map((area) => area.code),
    property(code, name) {
      if (name !== 'level') return undefined;
      const area = areas.find(code);
      return area ? [area.level] : [];
    },
  };
}

function conceptOf(area: Area): Concept {
  return { system: areaSystem, code: area.code, display: area.name };
}
