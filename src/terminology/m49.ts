import type { CodeSource } from './code-source.js';
import { countryNumbers } from './countries.js';

export const m49System = 'http://unstats.un.org/unsd/methods/m49/m49.htm';

/** UN M49 areas: the countries' three-digit codes (ISO 3166-1) and the regions that the runtime's Unicode data knows; `class` tells them apart. */
export function m49Source(): CodeSource {
  const countries = countryNumbers();
  const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  const displays = new Map(countries);
  for (let number = 1; number < 1000; number += 1) {
    const code = String(number).padStart(3, '0');
    const display = displays.has(code) ? undefined : names.of(code);
    if (display !== undefined) displays.set(code, display);
  }
  const concept = (code: string, display: string) => ({ system: m49System, code, display });
  return {
    system: m49System,
    complete: true,
    freeDisplays: true,
    size: displays.size,
    hierarchical: false,
    propertyNames: ['class'],
    find(code) {
      const display = displays.get(code);
      return display === undefined ? undefined : concept(code, display);
    },
    *all() {
      for (const [code, display] of displays) yield concept(code, display);
    },
    parents: () => [],
    children: () => [],
    property: (code, name) => (name === 'class' ? [countries.has(code) ? 'country' : 'region'] : undefined),
  };
}
