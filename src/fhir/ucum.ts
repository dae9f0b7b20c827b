import { createRequire } from 'node:module';
import type { UcumUnit, UcumUtilities } from '@lhncbc/ucum-lhc';

let utilities: UcumUtilities | undefined;

/** UCUM by `@lhncbc/ucum-lhc`, loaded when it is first asked for: its tables take 40 ms and 11 MB, which only who meets a unit needs to pay. */
export function ucum(): UcumUtilities {
  if (!utilities) {
    const loaded: typeof import('@lhncbc/ucum-lhc').default = createRequire(import.meta.url)('@lhncbc/ucum-lhc');
    utilities = loaded.UcumLhcUtils.getInstance();
  }
  return utilities;
}

/** A unit's base units with their exponents: `m`, `s`, `g.m-3`; `1` where it has none. */
export function baseUnitsOf({ dim_ }: UcumUnit): string {
  const parts = baseUnits.flatMap((base, position) => {
    const exponent = dim_?.dimVec_?.[position] ?? 0;
    return exponent === 0 ? [] : [exponent === 1 ? base : `${base}${exponent}`];
  });
  return parts.length === 0 ? '1' : parts.join('.');
}

/** UCUM's base units, in the order in which the library keeps their exponents. */
const baseUnits = ['m', 's', 'g', 'rad', 'K', 'C', 'cd'] as const;
