import { createRequire } from 'node:module';
import type { CodeSource } from './code-source.js';
import { listSource } from './list-source.js';

export const currencySystem = 'urn:iso:std:iso:4217';

/** ISO 4217 (`currency-codes`): the alphabetic codes in force, funds and metals among them. */
export function currencySource(): CodeSource {
  return listSource(
    currencySystem,
    currencies().map(({ code, currency }) => ({ system: currencySystem, code, display: currency })),
  );
}

interface Currency {
  readonly code: string;
  readonly currency: string;
}

function currencies(): readonly Currency[] {
  return createRequire(import.meta.url)('currency-codes/data');
}
