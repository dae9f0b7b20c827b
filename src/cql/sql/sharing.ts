import { identifier, type SqlFragment, sql } from '../../sql.js';
import { type AggregateOperator, freeAliases, type Plan, parts, type Rows, type Scalar } from '../plan.js';
import { type Chain, chainOf, personReads } from './chain.js';
import { conditionedSelect, type Sharer, where } from './conditioned.js';
import { dependsOnRows, fullDates, inheritedFullDates, renamedDates } from './dependence.js';
import { groupValue } from './grouping.js';
import { attempt } from './refusing.js';
import { createSelect, fragmentKey, type Select } from './select.js';
import { boolean, fragmentsOf, integer, isConstant, mapValue, present, sqlFalse, sqlTrue, type Value } from './value.js';
import type { Env, Reduced, Relation, Work } from './work.js';

/** A select that is open to others who read the same rows. */
interface Shared {
  readonly select: Select;
  readonly sharers: Sharer[];
  /** The base's element and the conditions that come with it, as this select sees them. */
  bind(relation: Relation): { readonly item: Value; readonly where: readonly SqlFragment[] };
}

/** Aggregates for which a list of distinct values needn't be made: it doesn't matter how often an element comes, or SQL counts each but once. */
const passing: ReadonlySet<AggregateOperator> = new Set(['Exists', 'Min', 'Max', 'AllTrue', 'AnyTrue', 'Count']);
const shareable: ReadonlySet<AggregateOperator> = new Set([...passing, 'Sum', 'Avg', 'Median']);

/**
 * One pass over a table for all who ask something of its rows: aggregates of a person become columns of one grouping, each under its own conditions. Who comes
 * later may only read what is joined already, since all that the pass reads must be made before it.
 */
export function sharing(work: Work): Pick<Work, 'sharedAggregate' | 'closeShared'> {
  let groupings = new Map<string, Shared>();
  const kept = keptLists(work.plan);
  return { sharedAggregate, closeShared };

  /** What comes now must not be part of a select that was made before. */
  function closeShared(): void {
    groupings = new Map();
  }

  /** An aggregate of the person as a column of a grouping over the list's base. Undefined where the list isn't made in such steps. */
  function sharedAggregate(value: Scalar & { kind: 'aggregate' }): Reduced | undefined {
    if (!shareable.has(value.operator)) return undefined;
    const chain = chainOf(value.rows, { plan: work.plan, duplicates: passing.has(value.operator), kept });
    if (hasDependent(chain) || (value.operator === 'Count' && changesDistinct(chain))) return undefined;
    const relation = work.relation(chain.base, work.personEnv());
    if (relation.lateral) return undefined;
    const key = fragmentKey(relation.table('t'));
    const open = groupings.get(key);
    const known = open && isReadyFor(open, chain) ? open : undefined;
    const shared = known ?? grouping(value.operator);
    const { item, conditions } = walk(chain, shared, relation);
    const column = columnsOf(value, item, isDistinct(chain));
    if (!column) return undefined;
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

  /** The element after all steps, and the conditions on the way. */
  function walk(chain: Chain, shared: Shared, relation: Relation): { readonly item: Value; readonly conditions: readonly SqlFragment[] } {
    const bound = shared.bind(relation);
    const conditions: SqlFragment[] = [...bound.where];
    let item = bound.item;
    const first = chain.layers[0]?.alias;
    const full = first === undefined ? new Set<string>() : inheritedFullDates(chain.base, first, work.plan);
    let env: Env = { select: shared.select, aliases: new Map(), lets: new Map(), full };
    for (const [place, layer] of chain.layers.entries()) {
      const before = chain.layers[place - 1];
      const lets = new Map([...env.lets, ...layer.lets]);
      const aliases = new Map(env.aliases).set(layer.alias, item);
      const inherited = before && !before.yields ? renamedDates(env.full, before.alias, layer.alias) : [];
      env = { ...env, aliases, lets, full: new Set([...env.full, ...inherited, ...fullDates(layer.where, lets)]) };
      for (const condition of layer.where) conditions.push(work.conditionSql(condition, env));
      if (layer.yields) item = work.scalar(layer.yields, env);
    }
    return { item, conditions };
  }

  /** Whether all that the steps read of the person is joined to the select already: what is made later can't be. */
  function isReadyFor(shared: Shared, chain: Chain): boolean {
    return chain.layers.every((layer) => {
      const isJoined = (read: Scalar & { kind: 'aggregate' }): boolean => {
        const made = work.reducedBefore(read);
        return made !== undefined && shared.select.joins(made.select.name);
      };
      return [...layer.where, ...(layer.yields ? [layer.yields] : [])].every((part) =>
        personReads(part, layer.lets, work.plan).every(isJoined),
      );
    });
  }

  function isDistinct(chain: Chain): boolean {
    return chain.layers.some(({ distinct }) => distinct);
  }

  /** Whether something is made of the elements after they have become distinct: then they must be a list first. */
  function changesDistinct({ layers }: Chain): boolean {
    const first = layers.findIndex(({ distinct }) => distinct);
    return first >= 0 && layers.slice(first + 1).some(({ yields }) => yields);
  }

  /** Lists that depend on the rows are joined to them, which only a query of its own can do. */
  function hasDependent(chain: Chain): boolean {
    return chain.layers.some(({ lets, where: conditions, yields }) =>
      [...conditions, ...(yields ? [yields] : [])].some((part) => dependsOnRows(part, lets)),
    );
  }

  function columnsOf(
    value: Scalar & { kind: 'aggregate' },
    item: Value,
    distinct: boolean,
  ): (Sharer & { readonly value: (alias: string) => Value }) | undefined {
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
      const values = fragmentsOf(item).filter((fragment) => !isConstant(fragment));
      const [only] = values;
      if (distinct && (only === undefined || values.length > 1)) return undefined;
      const counted = distinct ? sql`distinct ${only}` : sql`*`;
      return {
        conditions,
        columns: (rest) => [{ name, sql: rest ? sql`(count(${counted}) filter (where ${rest}))::int` : sql`count(${counted})::int` }],
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

/** Lists that must stay lists of their own: someone but an aggregate reads them. */
function keptLists(plan: Plan): ReadonlySet<string> {
  const kept = new Set<string>();
  for (const part of [...plan.scalars.values(), ...plan.lists.values()]) visit(part, false);
  return kept;

  function visit(part: Scalar | Rows, isReduced: boolean): void {
    if (part.kind === 'list' && !isReduced) kept.add(part.key);
    for (const below of parts(part)) {
      const passes =
        part.kind === 'aggregate'
          ? passing.has(part.operator) && freeAliases(part.rows).size === 0
          : isReduced && part.kind === 'query' && part.sources.length === 1 && part.sources[0]?.rows === below;
      visit(below, passes);
    }
  }
}
