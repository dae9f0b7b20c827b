import { type ElmLibrary, type ElmNode, text } from '../../cql/elm.js';
import { isObject } from '../../fhir/resource.js';

/** What a measure's CQL compares with: the numbers, amounts, codes and words on whose two sides boundary persons stand. */
export interface Literals {
  readonly integers: readonly number[];
  readonly quantities: ReadonlyArray<{ readonly value: number; readonly unit: string }>;
  readonly codes: ReadonlyArray<{ readonly system: string; readonly code: string }>;
  readonly strings: readonly string[];
  /** Canonicals of the value sets used. */
  readonly valueSets: readonly string[];
}

/** Collects the literals of libraries, defaults of their parameters among them; sorted, each once. Families of measures keep windows and codes in libraries that they include. */
export function literalsOf(libraries: readonly ElmLibrary[]): Literals {
  const found = { integers: new Set<number>(), quantities: new Map<string, { value: number; unit: string }>(), strings: new Set<string>() };
  collect(
    libraries.flatMap(({ parameters, statements }) => [parameters, statements]),
    found,
  );
  const codes = new Map(libraries.flatMap(definedCodes).map((code) => [`${code.system}|${code.code}`, code]));
  const valueSets = libraries.flatMap((library) => (library.valueSets?.def ?? []).map((valueSet) => text(valueSet, 'id')));
  return {
    integers: [...found.integers].sort((a, b) => a - b),
    quantities: [...found.quantities.values()].sort((a, b) => a.value - b.value),
    codes: [...codes.values()],
    strings: [...found.strings].sort(),
    valueSets: [...new Set(valueSets)].sort(),
  };
}

/** The codes that a library declares, with the names by which its expressions refer to them. */
export function definedCodes(
  library: ElmLibrary,
): ReadonlyArray<{ readonly name: string; readonly system: string; readonly code: string }> {
  const systems = new Map((library.codeSystems?.def ?? []).map((system) => [system.name, text(system, 'id')]));
  return (library.codes?.def ?? []).map((code) => ({
    name: code.name,
    system: systems.get(text(codeSystemRef(code), 'name')) ?? '',
    code: text(code, 'id'),
  }));
}

function codeSystemRef(code: ElmNode): ElmNode {
  const ref = code.codeSystem;
  return isObject(ref) ? ref : {};
}

function collect(
  node: unknown,
  found: {
    readonly integers: Set<number>;
    readonly quantities: Map<string, { value: number; unit: string }>;
    readonly strings: Set<string>;
  },
): void {
  if (Array.isArray(node)) {
    for (const item of node) collect(item, found);
    return;
  }
  if (!isObject(node)) return;
  if (node.type === 'Literal') {
    const value = String(node.value ?? '');
    if (text(node, 'valueType').endsWith('}Integer')) found.integers.add(Number(value));
    else if (text(node, 'valueType').endsWith('}String')) found.strings.add(value);
    return;
  }
  if (node.type === 'Quantity' && typeof node.value === 'number') {
    const unit = text(node, 'unit');
    found.quantities.set(`${node.value} ${unit}`, { value: node.value, unit });
    return;
  }
  for (const [name, value] of Object.entries(node)) if (name !== 'annotation') collect(value, found);
}

/** Literals that name a length of days: whole numbers, and amounts in calendar units. */
export function dayOffsets(literals: Literals): readonly number[] {
  const days: Readonly<Record<string, number>> = {
    day: 1,
    days: 1,
    d: 1,
    week: 7,
    weeks: 7,
    wk: 7,
    month: 30,
    months: 30,
    mo: 30,
    year: 365,
    years: 365,
    a: 365,
  };
  const amounts = literals.quantities.flatMap(({ value, unit }) => {
    const length = days[unit];
    return length === undefined ? [] : [Math.round(value * length)];
  });
  return [...new Set([0, ...literals.integers, ...amounts])].sort((a, b) => a - b);
}

/** Literals that name calendar months: amounts in months and years, and whole numbers that can be an age in years. */
export function calendarMonths(literals: Literals): readonly number[] {
  const amounts = literals.quantities.flatMap(({ value, unit }) => {
    if (/^(month|mo)s?$/.test(unit)) return [value];
    return /^(year|a)s?$/.test(unit) ? [value * 12] : [];
  });
  const ages = literals.integers.filter((years) => years > 0 && years <= 120).map((years) => years * 12);
  return [...new Set([1, 9, 12, 24, ...amounts.map(Math.round), ...ages])];
}

/** Literals that a measured value can be compared with: amounts in other than calendar units. */
export function thresholds(literals: Literals): Literals['quantities'] {
  return literals.quantities.filter(({ unit }) => !/^(day|week|month|year|hour|minute|second|millisecond)s?$/.test(unit));
}
