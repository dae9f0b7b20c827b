import type { CqlValue, MeasureProgram, PersonResult } from '../../cql/program.js';
import { isObject } from '../../fhir/resource.js';

/** A person on whom two evaluators don't agree: criteria (`group/population`) that one holds true and the other not, definitions of another value, or another village. */
export interface Difference {
  readonly person: string;
  readonly criteria: readonly string[];
}

/** Compares the answers of two evaluators, person by person and bit by bit, values of observations, stratifiers and supplemental data too. A person that only one of them knows differs in `person`. */
export function compareResults(
  program: MeasureProgram,
  left: readonly PersonResult[],
  right: readonly PersonResult[],
): readonly Difference[] {
  const others = new Map(right.map((result) => [result.person, result]));
  const differences = left.flatMap((result): readonly Difference[] => {
    const other = others.get(result.person);
    others.delete(result.person);
    if (!other) return [{ person: result.person, criteria: ['person'] }];
    const criteria = differingCriteria(program, result, other);
    return criteria.length > 0 ? [{ person: result.person, criteria }] : [];
  });
  return [...differences, ...[...others.keys()].map((person) => ({ person, criteria: ['person'] }))];
}

function differingCriteria(program: MeasureProgram, left: PersonResult, right: PersonResult): readonly string[] {
  const criteria = program.groups.flatMap((group, at) =>
    group.populations.flatMap(({ code }, index) =>
      left.populations[at]?.[index] === right.populations[at]?.[index] ? [] : [`${group.code}/${code}`],
    ),
  );
  const values = (program.values ?? []).filter((name) => valueKey(left.values?.[name]) !== valueKey(right.values?.[name]));
  return [...(left.area === right.area ? [] : ['area']), ...criteria, ...values];
}

/** A value as text by which equal values are the same; the order of elements doesn't count. */
function valueKey(value: CqlValue | undefined): string {
  return JSON.stringify(value ?? null, (_, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}
