import { baseUnitsOf, ucum } from '../fhir/ucum.js';
import type { CodeSource } from './code-source.js';
import { grammarSource } from './grammar-source.js';

export const ucumSystem = 'http://unitsofmeasure.org';

/** UCUM, of which the library is loaded when the first unit outside the everyday ones is asked for. */
export function ucumSource(): CodeSource {
  return grammarSource(
    ucumSystem,
    (code) => (everydayUnits.has(code) || ucum().validateUnitString(code).status === 'valid' ? code : undefined),
    (code, name) => (name === 'canonical' ? canonicalUnit(code) : undefined),
  );
}

/** `value` of unit `from` in unit `to`; undefined where the units measure different things or one is no UCUM code. */
export function convertUnit(value: number, from: string, to: string): number | undefined {
  if (from === to) return value;
  const converted = ucum().convertUnitTo(from, value, to);
  return converted.status === 'succeeded' ? (converted.toVal ?? undefined) : undefined;
}

// What primary care records day by day, so that a plain validation needn't load the library.
const everydayUnits: ReadonlySet<string> = new Set(
  'kg g mg ug ng cm mm m L mL dL fL mmol/L umol/L mmol/mol mg/dL g/dL g/L mg/L ug/L ng/mL ug/mL pg/mL mm[Hg] /min Cel % 1 d wk mo a h min s kg/m2 U/L [IU]/L m[IU]/L [IU] 10*3/uL 10*6/uL 10*9/L 10*12/L mL/min {score} pg mg/g kcal'.split(
    ' ',
  ),
);

/** The unit in base units, as the filter `canonical` of R4's unit value sets names it: `m`, `s`, `g.m-3`. */
function canonicalUnit(code: string): readonly string[] {
  const unit = ucum().getSpecifiedUnit(code, 'validate')?.unit;
  return !unit || unit.isArbitrary_ ? [] : [baseUnitsOf(unit)];
}
