import type { MeasureProgram, PersonResult } from '../../cql/program.js';

/** A person on whom two evaluators don't agree: criteria (`group/population`) that one holds true and the other not, or another village. */
export interface Difference {
  readonly person: string;
  readonly criteria: readonly string[];
}

/** Compares the answers of two evaluators, person by person and bit by bit. A person that only one of them knows differs in `person`. */
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
  return left.area === right.area ? criteria : ['area', ...criteria];
}
