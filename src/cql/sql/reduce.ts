import { identifier, joinSql, type SqlFragment, sql } from '../../sql.js';
import { type AggregateOperator, freeAliases, type Rows, type Scalar, type SortKey, sortAlias } from '../plan.js';
import { isLocalRows } from './dependence.js';
import { groupValue, sortExpressions, tieBreaker } from './grouping.js';
import { attempt, named, refuse } from './refusing.js';
import { createSelect, exported, type Select } from './select.js';
import { boolean, fragmentsOf, integer, isConstant, mapValue, present, sqlFalse, sqlNull, sqlTrue, type Value } from './value.js';
import type { Base, Env, Reduced, Work } from './work.js';

/** Lists reduced to a value by grouping: by person, or by the key of the rows around them. */
export function reductions(work: Work): Pick<Work, 'aggregate' | 'reducedBefore'> {
  const reduced = new Map<Rows, Map<AggregateOperator, Reduced>>();
  return { aggregate, reducedBefore };

  function reducedBefore({ rows, operator }: Scalar & { kind: 'aggregate' }): Reduced | undefined {
    return reduced.get(rows)?.get(operator);
  }

  function aggregate(value: Scalar & { kind: 'aggregate' }, env: Env): Value {
    const { rows, operator } = value;
    if (freeAliases(rows, new Set(), env.lets).size === 0) return personAggregate(value, env);
    if (isLocalRows(rows, env.lets)) return work.localReduced(value, env);
    if (!env.base) throw refuse(value, 'a list that depends on rows in a place where they can not be joined');
    return rowAggregate(value, operator, rows, env, env.base);
  }

  /** Reduced by person: a CTE of one row a person, shared by all who ask for the same. */
  function personAggregate(value: Scalar & { kind: 'aggregate' }, env: Env): Value {
    const { rows, operator } = value;
    const known = reducedBefore(value);
    const made = known ?? work.sharedAggregate(value) ?? makePersonAggregate(value);
    if (!known) reduced.set(rows, (reduced.get(rows) ?? new Map()).set(operator, made));
    return made.value(env.select.joinPerson(made.select.name));
  }

  function makePersonAggregate(value: Scalar & { kind: 'aggregate' }): {
    readonly select: Select;
    readonly value: (alias: string) => Value;
  } {
    const select = createSelect(work.fresh(value.operator.toLowerCase()), work.fresh);
    const source = work.relation(value.rows, work.personEnv());
    const item = work.attach(select, source, work.fresh('a'));
    const read = reduce(value, select, item, source.sort, []);
    work.finished.push(select);
    return { select, value: read };
  }

  /** Reduced by the rows around it: joined to their CTE and grouped by their key. */
  function rowAggregate(value: Scalar & { kind: 'aggregate' }, operator: AggregateOperator, rows: Rows, env: Env, base: Base): Value {
    if (rows.kind !== 'query') throw refuse(value, `${operator} of a list that depends on rows`);
    const made = work.query(rows, env, base);
    const select = createSelect(work.fresh(operator.toLowerCase()), work.fresh);
    const alias = work.fresh('a');
    select.from(named(made.select.name, alias), alias);
    const keys = made.outerKeys.map((key) => identifier(`${alias}.${made.select.output(key)}`));
    const read = reduce(value, select, exported(made.item, made.select, alias), rows.sort, keys);
    work.finished.push(select);
    const joined = work.fresh('j');
    const { shard, person } = env.select.anchor();
    const pairs = keys.map((key, place) => {
      const mine = identifier(`${base.alias}.${base.select.output(base.keys[place] ?? sqlNull)}`);
      return sql`${identifier(`${joined}.${select.output(key)}`)} = ${mine}`;
    });
    const on = joinSql(
      [sql`${identifier(`${joined}.shard`)} = ${shard}`, sql`${identifier(`${joined}.person`)} = ${person}`, ...pairs],
      ' and ',
    );
    env.select.join(select.name, joined, on);
    return read(joined);
  }

  /** Shapes `select` into one row per person and key; gives the reduced value as someone who joins it sees it. */
  function reduce(
    value: Scalar & { kind: 'aggregate' },
    select: Select,
    item: Value,
    sort: readonly SortKey[],
    keys: readonly SqlFragment[],
  ): (alias: string) => Value {
    for (const key of keys) select.output(key);
    const outside = (alias: string, fragment: SqlFragment): SqlFragment => identifier(`${alias}.${select.output(fragment)}`);
    const known = present(item);
    switch (value.operator) {
      case 'Exists':
        select.where(known);
        select.shape({ kind: 'group', keys });
        return (alias) => boolean(sql`(${identifier(`${alias}.person`)} is not null)`);
      case 'Count': {
        select.where(known);
        select.shape({ kind: 'group', keys });
        const count = sql`count(*)::int`;
        select.output(count);
        return (alias) => integer(sql`coalesce(${outside(alias, count)}, 0)`);
      }
      case 'First':
      case 'Last':
        return firstOf(value, select, item, sort, keys);
      case 'SingletonFrom':
        throw refuse(value, 'the only element of a list made from data');
      default: {
        select.shape({ kind: 'group', keys });
        const made = attempt(value, () => groupValue(value.operator, item));
        for (const fragment of fragmentsOf(made)) select.output(fragment);
        const reading = (alias: string): Value =>
          mapValue(
            made,
            (fragment) => (isConstant(fragment) ? fragment : outside(alias, fragment)),
            (row) => row,
          );
        if (value.operator !== 'AllTrue' && value.operator !== 'AnyTrue') return reading;
        const empty = value.operator === 'AllTrue' ? sqlTrue : sqlFalse;
        return (alias) => {
          const found = reading(alias);
          return found.shape === 'scalar' ? boolean(sql`coalesce(${found.sql}, ${empty})`) : found;
        };
      }
    }
  }

  function firstOf(
    value: Scalar & { kind: 'aggregate' },
    select: Select,
    item: Value,
    sort: readonly SortKey[],
    keys: readonly SqlFragment[],
  ): (alias: string) => Value {
    if (keys.length > 0) throw refuse(value, `${value.operator} of a list that depends on rows`);
    const last = value.operator === 'Last';
    if (sort.length === 0 && item.shape !== 'row') throw refuse(value, `${value.operator} of a list without an order`);
    const env: Env = { select, aliases: new Map([[sortAlias, item]]), lets: new Map(), full: new Set() };
    const sorted = sort.map((key) => ({ value: work.scalar(key.value, env), descending: key.descending }));
    const orders = sorted.flatMap((key) => sortExpressions(key.value, key.descending !== last));
    const tie = item.shape === 'row' ? [tieBreaker(item.row.id(), sorted.at(-1), last)] : [];
    select.shape({ kind: 'first', order: [...orders, ...tie] });
    return (alias) => exported(item, select, alias);
  }
}
