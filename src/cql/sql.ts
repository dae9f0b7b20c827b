import { identifier, joinSql, render, type SqlFragment, sql } from '../sql.js';
import { type Plan, patientAlias } from './plan.js';
import { lists } from './sql/lists.js';
import { localLists } from './sql/local-list.js';
import { persons, subjectSelect } from './sql/persons.js';
import { queries } from './sql/query.js';
import { reductions } from './sql/reduce.js';
import { named } from './sql/refusing.js';
import { scalars } from './sql/scalars.js';
import { createSelect } from './sql/select.js';
import { sharing } from './sql/sharing.js';
import { fragmentsOf, nullValue, type Value } from './sql/value.js';
import type { Env, SqlContext, Work } from './sql/work.js';

/** SQL of the plan's definitions. */
export interface CompiledSql {
  /** One row a person: `shard, person, id, area` and the definitions' values, in the order asked for, as `values`. */
  readonly persons: SqlFragment;
  /** Names of the output columns of each definition's value. */
  readonly columns: ReadonlyArray<readonly string[]>;
  /** Each definition's value, of which the columns are the expressions in order. */
  readonly values: readonly Value[];
}

/**
 * The last stage: plan → SQL. A list becomes a relation with the person's key, a value a column of a relation with one row a person; lists that depend on the
 * rows around them are joined to those rows and reduced by their key, never run row by row. Throws Refusal.
 */
export function planSql(plan: Plan, keys: readonly string[], context: SqlContext): CompiledSql {
  let counter = 0;
  const fresh = (hint: string): string => {
    counter += 1;
    return `${hint}${counter}`;
  };
  const subject = subjectSelect(context, fresh);
  const result = createSelect('result', fresh);
  result.from(named('subject', 's'), 's');
  const personEnv = (): Env => ({ select: result, aliases: new Map(), lets: new Map(), full: new Set() });

  const base = { plan, context, subject, finished: [], fresh, personEnv };
  // The parts call each other, so each gets the whole, which is filled before the first call.
  const work = base as typeof base & Work;
  Object.assign(work, persons(work), lists(work), queries(work), reductions(work), localLists(work), scalars(work), sharing(work));

  const env: Env = { ...personEnv(), aliases: new Map([[patientAlias, work.personRow('s')]]) };
  result.output(identifier(`s.${subject.output(sql`p.resource_id`, 'id')}`), 'id');
  result.output(identifier(`s.${subject.output(sql`p.area`, 'area')}`), 'area');
  const values = keys.map((key) => definitionValue(work, key, env));
  const columns = values.map((value) => fragmentsOf(value).map((fragment) => result.output(fragment, fresh('value'))));
  const bodies = [subject, ...work.finished].map((select) => ({ name: select.name, body: select.render() }));
  const last = result.render();
  const ctes = bodies.map(({ name, body }) => commonTable(name, body, timesRead(name, [...bodies.map((other) => other.body), last])));
  return { persons: sql`with ${joinSql(ctes, ',\n')}\n${last}`, columns, values };
}

/** A definition's value; of a list, whether it has an element. */
function definitionValue(work: Work, key: string, env: Env): Value {
  const value = work.plan.scalars.get(key);
  if (value) return work.scalar(value, env);
  const rows = work.plan.lists.get(key);
  if (!rows) return nullValue;
  return work.scalar({ kind: 'aggregate', operator: 'Exists', rows, type: { kind: 'Boolean' }, origin: rows.origin }, env);
}

/** A list read once is left to the planner; one read more often is made once. */
function commonTable(name: string, body: SqlFragment, times: number): SqlFragment {
  return times > 1 ? sql`${identifier(name)} as materialized (\n${body}\n)` : sql`${identifier(name)} as (\n${body}\n)`;
}

function timesRead(name: string, bodies: readonly SqlFragment[]): number {
  const word = new RegExp(`\\b${name} as `, 'g');
  return bodies.reduce((sum, body) => sum + (render(body).text.match(word)?.length ?? 0), 0);
}
