import type { CodeSource } from './code-source.js';
import { listSource } from './list-source.js';

export const currencySystem = 'urn:iso:std:iso:4217';

/** ISO 4217: the alphabetic codes that the runtime's Unicode data knows, withdrawn ones among them. */
export function currencySource(): CodeSource {
  const names = new Intl.DisplayNames(['en'], { type: 'currency' });
  const codes = Intl.supportedValuesOf('currency');
  return listSource(
    currencySystem,
    codes.map((code) => ({ system: currencySystem, code, display: names.of(code) ?? code })),
  );
}
