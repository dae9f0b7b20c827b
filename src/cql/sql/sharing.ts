import { identifier, type SqlFragment, sql } from '../../sql.js';
import { type AggregateOperator, freeAliases, type Plan, parts, type Rows, type Scalar } from '../plan.js';
import { type Chain, chainOf, elementKey, isRowLocal } from './chain.js';
import { conditionedSelect, type Sharer, where } from './conditioned.js';
import { dependsOnRows, fullDates } from './dependence.js';
import { groupValue } from './grouping.js';
import { attempt, named } from './refusing.js';
import { createSelect, exported, fragmentKey, type Select } from './select.js';
import { boolean, fragmentsOf, integer, isConstant, mapValue, present, sqlFalse, sqlTrue, type Value } from './value.js';
import type { Env, Reduced, Relation, Work } from './work.js';

/** A select that is open to others who read the same rows. */
interface Shared {
  readonly select: Select;
  readonly sharers: Sharer[];
  /** The base's element and the conditions that come with it, as this select sees them. */
  bind(relation: Relation): { readonly item: Value; readonly where: readonly SqlFragment[] };
}

const indifferent: ReadonlySet<AggregateOperator> = new Set(['Exists', 'Min', 'Max', 'AllTrue', 'AnyTrue']);
const shareable: ReadonlySet<AggregateOperator> = new Set([...indifferent, 'Count', 'Sum', 'Avg', 'Median']);

/**
 * One pass over a table for all who ask something of its rows: aggregates of a person become columns of one grouping, lists of distinct values one list with a
 * mark for each of them. Who comes later may only bring conditions that are told by the row, since what the pass joins must be made before it.
 */
export function sharing(work: Work): Pick<Work, 'sharedAggregate' | 'sharedList' | 'closeShared'> {
  let groupings = new Map<string, Shared>();
  let families = new Map<string, Shared & { readonly item: Value }>();
  const { kept, wanted } = survey(work.plan);
  return { sharedAggregate, sharedList, closeShared };

  /** What comes now must not be part of a select that was made before. */
  function closeShared(): void {
    groupings = new Map();
    families = new Map();
  }

  /** An aggregate of the person as a column of a grouping over the list's base. Undefined where the list isn't made in such steps. */
  function sharedAggregate(value: Scalar & { kind: 'aggregate' }): Reduced | undefined {
    if (!shareable.has(value.operator)) return undefined;
    const isMade = (rows: Rows): boolean => isFamily(distinctKey(rows, work.plan, kept));
    const chain = chainOf(value.rows, { plan: work.plan, duplicates: indifferent.has(value.operator), kept, isMade });
    if (hasDependent(chain)) return undefined;
    const relation = work.relation(chain.base, work.personEnv());
    if (relation.lateral) return undefined;
    const key = fragmentKey(relation.table('t'));
    const known = isSimple(chain) ? groupings.get(key) : undefined;
    const shared = known ?? grouping(value.operator);
    const { item, conditions } = walk(chain, shared, relation);
    const column = columnsOf(value, item);
    shared.sharers.push({ conditions: [...conditions, ...column.conditions], columns: column.columns });
    if (!known) {
      work.finished.push(shared.select);
      if (!groupings.has(key)) groupings.set(key, shared);
    }
    return { select: shared.select, value: column.value };
  }

  function grouping(operator: AggregateOperator): Shared {
    const inner = createSelect(work.fresh(operator.toLowerCase()), work.fresh);
    inner.shape({ kind: 'group', keys: [] });
    return open(inner);
  }

  function open(inner: Select): Shared {
    const sharers: Sharer[] = [];
    const alias = work.fresh('a');
    return {
      select: conditionedSelect(inner, sharers),
      sharers,
      bind(relation) {
        if (!inner.hasTable()) inner.from(relation.table(alias), alias);
        return relation.bind(alias, inner);
      },
    };
  }

  /** A list of distinct values as those of a family's that bear its mark. Undefined where no other list has the same values of the same rows. */
  function sharedList(rows: Rows & { kind: 'query' }): Relation | undefined {
    const key = distinctKey(rows, work.plan, kept);
    if (!isFamily(key)) return undefined;
    const chain = chainOf(rows, { plan: work.plan, duplicates: true, kept });
    const known = families.get(key);
    if (hasDependent(chain) || (known && !isSimple(chain))) return undefined;
    const relation = work.relation(chain.base, work.personEnv());
    const shared = known ?? open(createSelect(work.fresh('family'), work.fresh));
    const { item, conditions } = walk(chain, shared, relation, known?.item);
    if (item.shape === 'row' || item.shape === 'null') return undefined;
    const mark = work.fresh('m');
    shared.sharers.push({ conditions, columns: (rest) => [{ name: mark, sql: rest ? sql`bool_or(${rest})` : sqlTrue }] });
    const family = known ?? { ...shared, item };
    if (!known) {
      const values = fragmentsOf(item).filter((fragment) => !isConstant(fragment));
      for (const fragment of values) shared.select.output(fragment);
      shared.select.shape({ kind: 'group', keys: values });
      work.finished.push(shared.select);
      families.set(key, family);
    }
    return {
      table: (alias) => named(shared.select.name, alias),
      lateral: false,
      sort: rows.sort,
      bind: (alias) => ({ item: exported(family.item, shared.select, alias), where: [identifier(`${alias}.${mark}`)] }),
    };
  }

  function isFamily(key: string | undefined): key is string {
    return key !== undefined && (wanted.get(key) ?? 0) > 1;
  }

  /** The element after all steps, unless it is known already, and the conditions on the way. */
  function walk(
    chain: Chain,
    shared: Shared,
    relation: Relation,
    known?: Value,
  ): { readonly item: Value; readonly conditions: readonly SqlFragment[] } {
    const bound = shared.bind(relation);
    const conditions: SqlFragment[] = [...bound.where];
    let item = bound.item;
    let env: Env = { select: shared.select, aliases: new Map(), lets: new Map(), full: new Set() };
    for (const layer of chain.layers) {
      const lets = new Map([...env.lets, ...layer.lets]);
      const aliases = new Map(env.aliases).set(layer.alias, item);
      env = { ...env, aliases, lets, full: new Set([...env.full, ...fullDates(layer.where, lets)]) };
      for (const condition of layer.where) conditions.push(work.conditionSql(condition, env));
      if (layer.yields && !known) item = work.scalar(layer.yields, env);
    }
    return { item: known ?? item, conditions };
  }

  function isSimple(chain: Chain): boolean {
    return chain.layers.every((layer) => {
      const local = (part: Scalar): boolean => isRowLocal(part, layer.lets, work.plan);
      return layer.where.every(local) && (layer.yields === undefined || local(layer.yields));
    });
  }

  /** Lists that depend on the rows are joined to them, which only a query of its own can do. */
  function hasDependent(chain: Chain): boolean {
    return chain.layers.some(({ lets, where: conditions, yields }) =>
      [...conditions, ...(yields ? [yields] : [])].some((part) => dependsOnRows(part, lets)),
    );
  }

  function columnsOf(value: Scalar & { kind: 'aggregate' }, item: Value): Sharer & { readonly value: (alias: string) => Value } {
    const name = work.fresh('c');
    const read = (alias: string): SqlFragment => identifier(`${alias}.${name}`);
    const known = present(item);
    const conditions = known === sqlTrue ? [] : [known];
    if (value.operator === 'Exists') {
      return {
        conditions,
        columns: (rest) => [{ name, sql: rest ? sql`bool_or(${rest})` : sqlTrue }],
        value: (alias) => boolean(sql`(${read(alias)} is true)`),
      };
    }
    if (value.operator === 'Count') {
      return {
        conditions,
        columns: (rest) => [{ name, sql: rest ? sql`(count(*) filter (where ${rest}))::int` : sql`count(*)::int` }],
        value: (alias) => integer(sql`coalesce(${read(alias)}, 0)`),
      };
    }
    const of = (rest: SqlFragment | undefined): Value =>
      attempt(value, () =>
        groupValue(
          value.operator,
          mapValue(
            item,
            (fragment) => where(rest, fragment),
            (row) => row,
          ),
        ),
      );
    const made = of(undefined);
    return {
      conditions: [],
      columns: (rest) => fragmentsOf(of(rest)).map((fragment, place) => ({ name: `${name}_${place}`, sql: fragment })),
      value: (alias) => {
        let place = -1;
        const found = mapValue(
          made,
          () => {
            place += 1;
            return identifier(`${alias}.${name}_${place}`);
          },
          (row) => row,
        );
        if (found.shape !== 'scalar' || (value.operator !== 'AllTrue' && value.operator !== 'AnyTrue')) return found;
        return boolean(sql`coalesce(${found.sql}, ${value.operator === 'AllTrue' ? sqlTrue : sqlFalse})`);
      },
    };
  }
}

/** Which lists must stay lists of their own, since someone minds how often an element comes, and how many lists have the same values of the same rows. */
function survey(plan: Plan): { readonly kept: ReadonlySet<string>; readonly wanted: ReadonlyMap<string, number> } {
  const kept = new Set<string>();
  const lists: Rows[] = [];
  for (const part of [...plan.scalars.values(), ...plan.lists.values()]) visit(part, false);
  const wanted = new Map<string, number>();
  for (const key of lists.map((rows) => distinctKey(rows, plan, kept))) if (key !== undefined) wanted.set(key, (wanted.get(key) ?? 0) + 1);
  return { kept, wanted };

  function visit(part: Scalar | Rows, isIndifferent: boolean): void {
    if (part.kind === 'list' && !isIndifferent) kept.add(part.key);
    if (part.kind === 'query' && part.yields?.distinct) lists.push(part);
    for (const below of parts(part)) {
      const passes =
        part.kind === 'aggregate'
          ? indifferent.has(part.operator)
          : isIndifferent && part.kind === 'query' && part.sources.length === 1 && part.sources[0]?.rows === below;
      visit(below, passes);
    }
  }
}

/** What tells whether two lists of distinct values are of one family: the table or list they start from, and what they take of its rows. */
function distinctKey(rows: Rows, plan: Plan, kept: ReadonlySet<string>): string | undefined {
  if (rows.kind !== 'query' || !rows.yields?.distinct || freeAliases(rows).size > 0) return undefined;
  const { base, layers } = chainOf(rows, { plan, duplicates: true, kept });
  const last = layers.at(-1);
  if (!last?.yields || layers.some((layer) => layer !== last && layer.yields)) return undefined;
  if (base.kind !== 'scan' && base.kind !== 'list') return undefined;
  const aliases = new Set(layers.map(({ alias }) => alias));
  const lets = new Map(layers.flatMap((layer) => [...layer.lets]));
  // A date that a condition makes a full one has fewer columns than one that may be partial.
  const full = layers.flatMap(({ where: conditions }) =>
    conditions.flatMap((part) => (part.kind === 'call' && part.operator === 'KnownTo' ? [elementKey(part, aliases, lets)] : [])),
  );
  return JSON.stringify([base.kind === 'scan' ? base.source.table : `"${base.key}"`, elementKey(last.yields, aliases, lets), full.sort()]);
}
