import { identifier, type SqlFragment, sql } from '../../sql.js';
import type { Rows, Scalar } from '../plan.js';
import { dependsOnRows, fullDates, inheritedFullDates, isSemiJoin } from './dependence.js';
import { named, refuse } from './refusing.js';
import { createSelect, exported } from './select.js';
import { nullValue, present, sqlFalse, type Value } from './value.js';
import type { Base, Env, Made, Work } from './work.js';

/** A query as a select: joins of its sources, conditions as early as they can stand, what it returns. */
export function queries(work: Work): Pick<Work, 'query' | 'conditionSql'> {
  return { query, conditionSql };

  /** The rows of a query as a finished CTE; with `outer`, joined to the rows around it, whose keys come first. */
  function query(rows: Rows & { kind: 'query' }, around: Env, outer?: Base): Made & { readonly outerKeys: readonly SqlFragment[] } {
    const name = work.fresh('query');
    let select = createSelect(name, work.fresh);
    const aliases = new Map<string, Value>();
    let outerKeys: readonly SqlFragment[] = [];
    if (outer) {
      const alias = work.fresh('o');
      select.from(named(outer.select.name, alias), alias);
      for (const [known, value] of outer.aliases) aliases.set(known, exported(value, outer.select, alias));
      outerKeys = outer.keys.map((key) => identifier(`${alias}.${outer.select.output(key)}`));
    }
    const lets = new Map([...around.lets, ...rows.lets]);
    const itemKeys: SqlFragment[] = [...outerKeys];
    for (const source of rows.sources) {
      // Elements of the Patient itself: the row they are read from comes first.
      if (source.rows.kind === 'items' && !select.hasTable()) work.startFromSubject(select, aliases);
      const made = work.relation(source.rows, { select, aliases, lets, full: new Set() });
      if (made.lateral && !select.hasTable()) work.startFromSubject(select, aliases);
      const item = work.attach(select, made, work.fresh('r'));
      aliases.set(source.alias, item);
      if (item.shape === 'row') itemKeys.push(item.row.id());
    }
    const inherited = rows.sources.flatMap((source) => [...inheritedFullDates(source.rows, source.alias, work.plan)]);
    const full = new Set([...around.full, ...inherited, ...fullDates(rows.where, lets)]);
    const env: Env = { select, aliases, lets, full };
    const dependent = (part: Scalar): boolean => dependsOnRows(part, lets);
    const early = rows.where.filter((condition) => !dependent(condition) || isSemiJoin(condition, lets));
    const late = rows.where.filter((condition) => !early.includes(condition));
    const yields = rows.yields?.value;
    const sortsLate = rows.sort.some(({ value }) => dependent(value));
    for (const condition of early) select.where(conditionSql(condition, env));
    let final = env;
    if (late.length > 0 || sortsLate || (yields && dependent(yields))) {
      // Lists that depend on these rows: the rows become a CTE with a key, to which each of them is joined and reduced.
      const allRows = rows.sources.length > 0 && [...aliases.values()].every((value) => value.shape === 'row');
      const keys = allRows ? itemKeys : [sql`row_number() over ()`];
      const base: Base = { select, alias: work.fresh('b'), keys, aliases: new Map(aliases) };
      for (const key of keys) select.output(key);
      work.finished.push(select);
      const next = createSelect(work.fresh('query'), work.fresh);
      next.from(named(select.name, base.alias), base.alias);
      const seen = new Map([...aliases].map(([known, value]) => [known, exported(value, base.select, base.alias)]));
      outerKeys = outerKeys.map((key) => identifier(`${base.alias}.${base.select.output(key)}`));
      select = next;
      final = { select, aliases: seen, lets, full, base };
      for (const condition of late) select.where(conditionSql(condition, final));
    }
    const [first] = rows.sources;
    let made: Made;
    if (rows.yields) {
      const item = work.scalar(rows.yields.value, final);
      made =
        rows.yields.distinct && !(item.shape === 'row' && rows.sources.length === 1)
          ? work.finishDistinct(select, item, rows, outerKeys)
          : work.finish(select, item);
    } else if (first && rows.sources.length === 1) made = work.finish(select, final.aliases.get(first.alias) ?? nullValue);
    else {
      const elements = new Map(rows.sources.map(({ alias }) => [alias.replace(/#.*/, ''), final.aliases.get(alias) ?? nullValue]));
      made = work.finish(select, { shape: 'tuple', elements, absent: sqlFalse });
    }
    return { ...made, outerKeys };
  }

  function conditionSql(condition: Scalar, env: Env): SqlFragment {
    if (dependsOnRows(condition, env.lets) && isSemiJoin(condition, env.lets)) {
      const negated = condition.kind === 'call';
      const exists = condition.kind === 'call' ? condition.operands[0] : condition;
      if (exists?.kind === 'aggregate' && exists.rows.kind === 'query') {
        const inside = semiJoin(exists.rows, env);
        return negated ? sql`not exists (${inside})` : sql`exists (${inside})`;
      }
    }
    if (condition.kind === 'member') return work.memberSql(condition, env);
    // What makes a date full can't take it for full.
    if (condition.kind === 'call' && condition.operator === 'KnownTo' && env.full.size > 0)
      return conditionSql(condition, { ...env, full: new Set() });
    const value = work.scalar(condition, env);
    if (value.shape === 'null') return sqlFalse;
    if (value.shape !== 'scalar') throw refuse(condition, 'a condition that is not Boolean');
    return value.sql;
  }

  function semiJoin(rows: Rows & { kind: 'query' }, env: Env): SqlFragment {
    const select = createSelect(work.fresh('semi'), work.fresh, false);
    const aliases = new Map(env.aliases);
    const lets = new Map([...env.lets, ...rows.lets]);
    const { shard, person } = env.select.anchor();
    for (const source of rows.sources)
      aliases.set(
        source.alias,
        work.attach(select, work.relation(source.rows, { select, aliases, lets, full: new Set() }), work.fresh('r')),
      );
    const inner = select.anchor();
    select.where(sql`${inner.shard} = ${shard} and ${inner.person} = ${person}`);
    const within: Env = { select, aliases, lets, full: new Set([...env.full, ...fullDates(rows.where, lets)]) };
    for (const condition of rows.where) select.where(conditionSql(condition, within));
    if (rows.yields) select.where(present(work.scalar(rows.yields.value, within)));
    return select.render();
  }
}
