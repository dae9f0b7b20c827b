import type { Evaluation } from '../evaluate.js';
import type { GroupResult } from '../strata.js';
import { nowhere } from './hidden-areas.js';
import { suppress } from './suppress.js';

/** Which rows of a group may be told. A table of `undefined` isn't given at all. */
export interface ShownGroup {
  readonly total: boolean;
  /** By area. */
  readonly strata: readonly boolean[];
  /** By the values of each stratifier. */
  readonly tables: ReadonlyArray<readonly boolean[] | undefined>;
}

/**
 * What an audience that mustn't learn of fewer than `smallCells` persons may be told of each group: of areas what isn't among the evaluation's hidden ones,
 * of values what can't be found by subtraction. Values by area could be subtracted from one report to the next, so they are told of the nation only.
 */
export function shownGroups(evaluation: Evaluation, smallCells: number): readonly ShownGroup[] {
  return evaluation.groups.map((result) => {
    if (smallCells <= 0) return everything(result);
    const { hidden } = evaluation;
    const byArea = hidden ? outside(hidden, evaluation, result) : alone(result, smallCells);
    const tables = (result.stratifiers ?? []).map(({ strata }) => {
      if (hidden && evaluation.subject.kind !== 'all') return undefined;
      const found = suppress(
        [result.total],
        strata.map(({ counts }) => [counts]),
        smallCells,
      );
      return found.total && byArea.total ? found.rows : strata.map(() => false);
    });
    return { ...byArea, tables };
  });
}

function everything({ strata, stratifiers = [] }: GroupResult): ShownGroup {
  return { total: true, strata: strata.map(() => true), tables: stratifiers.map((found) => found.strata.map(() => true)) };
}

function outside(
  hidden: NonNullable<Evaluation['hidden']>,
  { subject }: Evaluation,
  { strata }: GroupResult,
): Pick<ShownGroup, 'total' | 'strata'> {
  const rows = strata.map(({ area = nowhere }) => !hidden.has(area));
  const isShown = {
    all: () => !hidden.has(''),
    area: () => subject.kind === 'area' && !hidden.has(subject.area.code),
    // A catchment lies across the areas' tables: its sum less what is shown would be a new equation.
    organization: () => rows.every((row) => row),
    persons: () => false,
    person: () => false,
  }[subject.kind];
  return { total: isShown(), strata: rows };
}

/** A report by itself, where nothing is known of its neighbours. */
function alone({ total, strata }: GroupResult, smallCells: number): Pick<ShownGroup, 'total' | 'strata'> {
  const found = suppress(
    [total],
    strata.map(({ counts }) => [counts]),
    smallCells,
  );
  return { total: found.total, strata: strata.map((_, at) => found.total && found.rows[at] === true) };
}
