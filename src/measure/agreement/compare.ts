import type { CqlValue, MeasureProgram, PersonResult } from '../../cql/program.js';
import { isObject } from '../../fhir/resource.js';
import { membership } from '../membership.js';

/**
 * A person on whom two evaluators don't agree: populations (`group/population`) of which one makes the person a member and the other not, definitions of another
 * value, or another village.
 */
export interface Difference {
  readonly person: string;
  readonly criteria: readonly string[];
}

/**
 * Compares the answers of two evaluators, person by person: membership of every population, and for who is in an initial population the values of observations,
 * stratifiers and supplemental data. What a criterion would say of somebody whom the measure doesn't count decides nothing, and an evaluator needn't compute it.
 * A person that only one of them knows differs in `person`.
 */
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
  let isCounted = false;
  const criteria = program.groups.flatMap((group, at) => {
    const codes = group.populations.map(({ code }) => code);
    const member = membership(codes, left.populations[at] ?? [], group.scoring, group.initials);
    const others = membership(codes, right.populations[at] ?? [], group.scoring, group.initials);
    isCounted ||= codes.some((code, index) => code === 'initial-population' && member[index] === true);
    return codes.flatMap((code, index) => (member[index] === others[index] ? [] : [`${group.code}/${code}`]));
  });
  const values = isCounted ? (program.values ?? []) : [];
  const differing = values.filter((name) => valueKey(left.values?.[name]) !== valueKey(right.values?.[name]));
  return [...(left.area === right.area ? [] : ['area']), ...criteria, ...differing];
}

/** A value as text by which equal values are the same; the order of elements doesn't count. */
function valueKey(value: CqlValue | undefined): string {
  return JSON.stringify(value ?? null, (_, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}
