import { identifier, joinSql, type SqlFragment, sql } from '../../sql.js';
import { codeHash } from '../code-hash.js';
import { freeAliases, type Rows, type Scalar } from '../plan.js';
import { groupValue } from './grouping.js';
import { attempt, refuse } from './refusing.js';
import { createSelect, type Select } from './select.js';
import {
  boolean,
  constant,
  fragmentsOf,
  integer,
  isConstant,
  mapValue,
  nullValue,
  present,
  sqlNull,
  sqlTrue,
  type Value,
} from './value.js';
import type { Env, Work } from './work.js';

/** Lists within a row: subqueries over a jsonb array's items, or containment of a pattern. */
export function localLists(work: Work): Pick<Work, 'localReduced'> {
  return { localReduced };

  /**
   * `exists` over a row's list as containment of one pattern (`identifier @> [{"system": …}]`), where the conditions are only that elements equal something
   * from outside: five times cheaper than a subquery over the items. Undefined where they are more.
   */
  function containment(rows: Rows, env: Env): SqlFragment | undefined {
    const pattern = itemPattern(rows, env);
    if (!pattern) return undefined;
    return sql`coalesce(${pattern.json} @> ${pattern.value}, false)`;
  }

  function itemPattern(
    rows: Rows,
    env: Env,
  ): { readonly json: SqlFragment; readonly value: SqlFragment; readonly row: Scalar; readonly name: string } | undefined {
    const query = rows.kind === 'query' ? rows : undefined;
    const [source] = query?.sources ?? [];
    if (query?.sources.length !== 1 || query.yields || query.lets.size > 0 || source?.rows.kind !== 'items') return undefined;
    const { alias, rows: items } = source;
    const entries = query.where.map((condition) => elementPattern(condition, alias, env));
    const known = entries.filter((entry) => entry !== undefined);
    if (known.length < entries.length || known.length === 0) return undefined;
    const value = sql`jsonb_build_array(jsonb_build_object(${joinSql(
      known.map(({ name, value: wanted }) => sql`${name}::text, ${wanted}`),
      ', ',
    )}))`;
    const constantValue = known.every((entry) => isConstant(entry.value)) ? constant(value) : value;
    // Within a pattern of its own the list is named, not read.
    const json = items.row.kind === 'alias' && !env.aliases.has(items.row.alias) ? sqlNull : work.rowOf(items.row, env).json(items.column);
    return { json, value: constantValue, row: items.row, name: items.column.name };
  }

  /** `element = value`, `concept ~ code` or `exists (list …)` of an item, as the member of a pattern that the item must contain. */
  function elementPattern(condition: Scalar, alias: string, env: Env): { readonly name: string; readonly value: SqlFragment } | undefined {
    const isItem = (part: Scalar | undefined): boolean => part?.kind === 'alias' && part.alias === alias;
    const outside = (part: Scalar): boolean =>
      [...freeAliases(part, new Set(), env.lets)].every((free) => free !== alias && env.aliases.has(free));
    if (condition.kind === 'aggregate' && condition.operator === 'Exists') {
      const inner = itemPattern(condition.rows, env);
      return inner && isItem(inner.row) ? { name: inner.name, value: inner.value } : undefined;
    }
    if (condition.kind !== 'call') return undefined;
    const [left, right] = condition.operands;
    if (!left || !right) return undefined;
    if (condition.operator === 'Equal' && left.kind === 'column' && left.column.shape === 'string' && isItem(left.row) && outside(right)) {
      const value = work.scalar(right, env);
      if (value.shape !== 'scalar' || value.type !== 'String') return undefined;
      return { name: left.column.name, value: isConstant(value.sql) ? constant(sql`to_jsonb(${value.sql})`) : sql`to_jsonb(${value.sql})` };
    }
    if (condition.operator === 'Equivalent' && right.kind === 'call' && right.operator === 'ToConcept') {
      return elementPattern({ ...condition, operands: [left, right.operands[0] ?? right] }, alias, env);
    }
    // Of a list of concepts each item is the concept.
    const single = right.kind === 'code' && right.codes.length === 1 ? right.codes[0] : undefined;
    if (condition.operator === 'Equivalent' && single) {
      const name = isItem(left)
        ? 'item'
        : left.kind === 'column' && left.column.shape === 'concept' && isItem(left.row)
          ? left.column.name
          : undefined;
      if (name !== undefined) return { name, value: constant(sql`to_jsonb(array[${codeHash(single.system, single.code)}::text])`) };
    }
    return undefined;
  }

  /** A list within a row: a subquery over its items. */
  function localReduced(value: Scalar & { kind: 'aggregate' }, env: Env): Value {
    if (value.operator === 'Exists') {
      const contained = containment(value.rows, env);
      if (contained) return boolean(contained);
    }
    const select = createSelect(work.fresh('items'), work.fresh, false);
    // The items are read beside nothing: a single row opens the select.
    const one = work.fresh('one');
    select.from(sql`(select 0 as shard, 0 as person) as ${identifier(one)}`, one);
    const { item, where } = localItem(value.rows, select, env);
    for (const condition of where) select.where(condition);
    select.where(present(item));
    if (value.operator === 'Exists') return boolean(sql`exists (${select.render()})`);
    if (value.operator === 'Count') {
      select.output(sql`count(*)::int`);
      return integer(sql`(${select.render()})`);
    }
    if (value.operator === 'First' || value.operator === 'Last' || value.operator === 'SingletonFrom')
      throw refuse(value, `${value.operator} of the items of a row`);
    const made = attempt(value, () => groupValue(value.operator, item));
    const alias = work.fresh('l');
    const names = fragmentsOf(made).map((fragment) => select.output(fragment));
    let place = 0;
    env.select.lateral(select.render(), alias);
    return mapValue(
      made,
      () => {
        place += 1;
        return identifier(`${alias}.${names[place - 1] ?? ''}`);
      },
      (row) => row,
    );
  }

  function localItem(rows: Rows, select: Select, env: Env): { readonly item: Value; readonly where: readonly SqlFragment[] } {
    if (rows.kind === 'items' || rows.kind === 'literal')
      return { item: work.attach(select, work.relation(rows, env), work.fresh('i')), where: [] };
    if (rows.kind !== 'query' || rows.yields?.distinct === true) throw refuse(rows, 'this list within a row');
    const aliases = new Map(env.aliases);
    const lets = new Map([...env.lets, ...rows.lets]);
    const inner: Env = { select: env.select, aliases, lets, full: env.full };
    const where: SqlFragment[] = [];
    for (const source of rows.sources) {
      const made = localItem(source.rows, select, inner);
      aliases.set(source.alias, made.item);
      where.push(...made.where);
    }
    for (const condition of rows.where) where.push(work.conditionSql(condition, inner));
    const [first] = rows.sources;
    const item = rows.yields
      ? work.scalar(rows.yields.value, inner)
      : first && rows.sources.length === 1
        ? (aliases.get(first.alias) ?? nullValue)
        : boolean(sqlTrue);
    return { item, where };
  }
}
