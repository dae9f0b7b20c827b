import { type SqlFragment, sql } from '../../sql.js';
import { fragmentKey, type Select } from './select.js';
import { and, or } from './value.js';

/** One of those who share a select: its conditions, and what it wants of the rows for which the rest of them holds. */
export interface Sharer {
  readonly conditions: readonly SqlFragment[];
  /** Columns, once it is known which conditions the select's own `where` doesn't see to; undefined where it sees to all. */
  columns(rest: SqlFragment | undefined): ReadonlyArray<{ readonly name: string; readonly sql: SqlFragment }>;
}

/**
 * A select over one table that several ask something of, each under conditions of its own: what they have in common stands in `where`, what is left beside
 * the columns of each. Sharers may be added until the text is made.
 */
export function conditionedSelect(select: Select, sharers: readonly Sharer[]): Select {
  let isComplete = false;
  return { ...select, render };

  function render(): SqlFragment {
    if (!isComplete) complete();
    isComplete = true;
    return select.render();
  }

  function complete(): void {
    const keyed = sharers.map(({ conditions }) => new Map(conditions.map((condition) => [fragmentKey(condition), condition])));
    const [first] = keyed;
    const common = [...(first ?? [])].filter(([key]) => keyed.every((conditions) => conditions.has(key)));
    for (const [, condition] of common) select.where(condition);
    const shared = new Set(common.map(([key]) => key));
    const rests = keyed.map((conditions) => [...conditions].flatMap(([key, condition]) => (shared.has(key) ? [] : [condition])));
    if (rests.every((rest) => rest.length > 0)) select.where(or(...rests.map((rest) => and(...rest))));
    for (const [place, sharer] of sharers.entries()) {
      const rest = rests[place] ?? [];
      for (const column of sharer.columns(rest.length === 0 ? undefined : and(...rest))) select.output(column.sql, column.name);
    }
  }
}

/** The expression where the rest holds, else null, which aggregates leave out. */
export function where(rest: SqlFragment | undefined, expression: SqlFragment): SqlFragment {
  return rest === undefined ? expression : sql`(case when ${rest} then ${expression} end)`;
}
