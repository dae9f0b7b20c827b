import { identifier, joinSql, type SqlFragment, sql } from '../../sql.js';
import type { FactColumn } from '../catalogue.js';
import { codeHash } from '../code-hash.js';
import { freeAliases, parts, patientAlias, type Rows, type Scalar } from '../plan.js';
import { groupValue } from './grouping.js';
import { attempt, refuse } from './refusing.js';
import { createSelect, type Select } from './select.js';
import { boolean, constant, fragmentsOf, integer, mapValue, nullValue, present, sqlTrue, type Value } from './value.js';
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
    const { column, from } = pattern;
    const row = work.rowOf(pattern.row, env);
    const contained =
      pattern.value.kind === 'constant'
        ? row.derived((inner) => sql`(${inner.json(column)} @> ${patternSql(pattern.value)})`)
        : sql`(${row.json(column)} @> ${from ? derivedPattern(rows, env, from) : patternSql(pattern.value)})`;
    return sql`coalesce(${contained}, false)`;
  }

  /** A pattern of one row's elements is built once where that row is read, not once for each row that it is compared with. */
  function derivedPattern(rows: Rows, env: Env, from: string): SqlFragment {
    const made = (inner: Env): SqlFragment => patternSql(itemPattern(rows, inner)?.value ?? { kind: 'constant', json: null });
    const source = env.aliases.get(from);
    if (source?.shape !== 'row') return made(env);
    return source.row.derived((row) => made({ ...env, aliases: new Map([...env.aliases, [from, { shape: 'row', row }]]) }));
  }

  function itemPattern(rows: Rows, env: Env): ItemPattern | undefined {
    const query = rows.kind === 'query' ? rows : undefined;
    const [source] = query?.sources ?? [];
    if (query?.sources.length !== 1 || query.yields || query.lets.size > 0 || source?.rows.kind !== 'items') return undefined;
    const { alias, rows: items } = source;
    const entries = query.where.map((condition) => elementPattern(condition, alias, env));
    const known = entries.filter((entry) => entry !== undefined);
    if (known.length < entries.length || known.length === 0) return undefined;
    const made = known.filter(({ value }) => value.kind === 'sql');
    const from = made.every((entry) => entry.from === made[0]?.from) ? made[0]?.from : undefined;
    return { value: itemsPattern(known), row: items.row, column: items.column, ...(from === undefined ? {} : { from }) };
  }

  /** `element = value`, `concept ~ code` or `exists (list …)` of an item, as the member of a pattern that the item must contain. */
  function elementPattern(condition: Scalar, alias: string, env: Env): ElementPattern | undefined {
    const isItem = (part: Scalar | undefined): boolean => part?.kind === 'alias' && part.alias === alias;
    const outside = (part: Scalar): boolean =>
      [...freeAliases(part, new Set(), env.lets)].every((free) => free !== alias && env.aliases.has(free));
    if (condition.kind === 'aggregate' && condition.operator === 'Exists') {
      const inner = itemPattern(condition.rows, env);
      return inner && isItem(inner.row) ? { ...inner, name: inner.column.name } : undefined;
    }
    if (condition.kind !== 'call') return undefined;
    const [left, right] = condition.operands;
    if (!left || !right) return undefined;
    if (condition.operator === 'Equal' && left.kind === 'column' && left.column.shape === 'string' && isItem(left.row) && outside(right)) {
      if (right.kind === 'literal' && right.type.kind === 'String')
        return { name: left.column.name, value: { kind: 'constant', json: right.value } };
      const value = work.scalar(right, env);
      if (value.shape !== 'scalar' || value.type !== 'String') return undefined;
      const from = onlySource(right);
      return { name: left.column.name, value: { kind: 'sql', sql: sql`to_jsonb(${value.sql})` }, ...(from === undefined ? {} : { from }) };
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
      if (name !== undefined) return { name, value: { kind: 'constant', json: [codeHash(single.system, single.code)] } };
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

/** What an item must contain: known when the statement is made, or an expression. */
type PatternValue = { readonly kind: 'constant'; readonly json: unknown } | { readonly kind: 'sql'; readonly sql: SqlFragment };

interface ElementPattern {
  readonly name: string;
  readonly value: PatternValue;
  /** The alias whose row is all that the value is made of. */
  readonly from?: string;
}

interface ItemPattern extends Omit<ElementPattern, 'name'> {
  readonly row: Scalar;
  readonly column: FactColumn;
}

/** One item with these members, as a list. */
function itemsPattern(members: readonly ElementPattern[]): PatternValue {
  const constants = members.flatMap(({ name, value }) => (value.kind === 'constant' ? [[name, value.json] as const] : []));
  if (constants.length === members.length) return { kind: 'constant', json: [Object.fromEntries(constants)] };
  const pairs = members.map(({ name, value }) => sql`${name}::text, ${patternSql(value)}`);
  return { kind: 'sql', sql: sql`jsonb_build_array(jsonb_build_object(${joinSql(pairs, ', ')}))` };
}

function patternSql(value: PatternValue): SqlFragment {
  return value.kind === 'sql' ? value.sql : constant(sql`${JSON.stringify(value.json)}::jsonb`);
}

/** The one alias whose elements, with literals and operators, make up the whole value. */
function onlySource(value: Scalar): string | undefined {
  const found = new Set<string>();
  const isPlain = (part: Scalar | Rows): boolean => {
    if (part.kind === 'alias') found.add(part.alias);
    return plainKinds.has(part.kind) && parts(part).every(isPlain);
  };
  const [only] = isPlain(value) && !found.has(patientAlias) ? found : [];
  return found.size === 1 ? only : undefined;
}

const plainKinds: ReadonlySet<string> = new Set(['alias', 'column', 'resourceId', 'literal', 'call', 'field']);
