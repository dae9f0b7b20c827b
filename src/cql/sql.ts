import { identifier, joinSql, render, type SqlFragment, sql } from '../sql.js';
import { type Plan, patientAlias } from './plan.js';
import { lists } from './sql/lists.js';
import { localLists } from './sql/local-list.js';
import { persons, subjectSelect } from './sql/persons.js';
import { queries } from './sql/query.js';
import { reductions } from './sql/reduce.js';
import { named } from './sql/refusing.js';
import { scalars } from './sql/scalars.js';
import { createSelect, type Select } from './sql/select.js';
import { sharing } from './sql/sharing.js';
import { boolean, fragmentsOf, nullValue, or, sqlFalse, sqlTrue, type Value } from './sql/value.js';
import type { Env, SqlContext, Work } from './sql/work.js';

/** SQL of the plan's definitions. */
export interface CompiledSql {
  /** One row a person: `shard, person, id, area` and the definitions' values, in the order asked for, as `values`; null of those outside the cohort. */
  readonly persons: SqlFragment;
  /** How many persons of the cohort live in each area (`area, bits, persons`), `bits` made of the values under the alias `r`: one row an area and combination. */
  areas(bits: SqlFragment): SqlFragment;
  /** How many persons the cohort has (`persons`); absent where everyone counts. */
  readonly cohortSize?: SqlFragment;
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
  let top = result;
  const personEnv = (): Env => ({ select: top, aliases: new Map(), lets: new Map(), full: new Set() });

  const base = { plan, context, subject, finished: [], fresh, personEnv };
  // The parts call each other, so each gets the whole, which is filled before the first call.
  const work = base as typeof base & Work;
  Object.assign(work, persons(work), lists(work), queries(work), reductions(work), localLists(work), scalars(work), sharing(work));

  const own = [...(context.isCounted ? [] : [subject.output(sql`p.resource_id`, 'id')]), subject.output(sql`p.area`, 'area')];
  let narrowing: readonly Select[] = [];
  if (context.cohort) {
    top = createSelect('cohort', fresh);
    narrowTo(work, context.cohort, top);
    top = result;
    narrowing = [subject, ...work.finished];
  }
  result.from(named(work.people().name, 's'), 's');
  const env: Env = { ...personEnv(), aliases: new Map([[patientAlias, work.people().row('s')]]) };
  const [only] = context.cohort?.length === 1 ? context.cohort : [];
  const isMet = (key: string): boolean => only !== undefined && meaning(plan, key) === meaning(plan, only);
  const values = keys.map((key) => (isMet(key) ? boolean(sqlTrue) : definitionValue(work, key, env)));
  const columns = values.map((value) => fragmentsOf(value).map((fragment) => result.output(fragment, fresh('value'))));
  for (const name of context.cohort ? ['area'] : own) result.output(identifier(`s.${name}`), name);
  const all = context.cohort ? [subject, ...work.finished, result] : [subject, ...work.finished];
  const statement = (last: SqlFragment, parts: readonly Select[] = all): SqlFragment => {
    const bodies = parts.map((select) => ({ name: select.name, body: select.render() }));
    const ctes = bodies.map(({ name, body }) => commonTable(name, body, timesRead(name, [...bodies.map((other) => other.body), last])));
    return sql`with ${joinSql(ctes, ',\n')}\n${last}`;
  };
  return {
    persons: statement(context.cohort ? everyone(own, columns.flat()) : result.render()),
    areas: (bits) => statement(areaCounts(bits, context.cohort ? named('result', 'r') : sql`(${result.render()}) as r`)),
    ...(context.cohort ? { cohortSize: statement(sql`select count(*)::int as persons from ${named('cohort', 'r')}`, narrowing) } : {}),
    columns,
    values,
  };
}

function areaCounts(bits: SqlFragment, table: SqlFragment): SqlFragment {
  return sql`select r.area, ${bits} as bits, count(*)::int as persons
from ${table}
group by r.area, bits`;
}

/** Makes the CTE of those for whom one of the definitions is true; whatever comes later reads no one else. */
function narrowTo(work: Work, keys: readonly string[], cohort: Select): void {
  const alias = 'p1';
  const { name, row } = work.people();
  cohort.from(named(name, alias), alias);
  cohort.output(identifier(`${alias}.area`), 'area');
  const env: Env = { ...work.personEnv(), aliases: new Map([[patientAlias, row(alias)]]) };
  const conditions = keys.map((key) => definitionValue(work, key, env));
  cohort.where(or(...conditions.map((value) => (value.shape === 'scalar' ? value.sql : sqlFalse))));
  work.finished.push(cohort);
  work.narrow(cohort, alias);
  work.closeShared();
}

/** Everyone who is asked for, with the values of those who have some. */
function everyone(own: readonly string[], columns: readonly string[]): SqlFragment {
  const all = [
    ...['shard', 'person', ...own].map((name) => sql`${identifier(`e.${name}`)} as ${identifier(name)}`),
    ...columns.map((name) => sql`${identifier(`r.${name}`)} as ${identifier(name)}`),
  ];
  return sql`select ${joinSql(all, ', ')}
from ${named('subject', 'e')}
left join ${named('result', 'r')} on r.shard = e.shard and r.person = e.person`;
}

/** The definition that another one is but a name of. */
function meaning(plan: Plan, key: string): string {
  const value = plan.scalars.get(key);
  return value?.kind === 'definition' ? meaning(plan, value.key) : key;
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
