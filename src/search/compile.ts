import type { Registry } from '../definitions/registry.js';
import { identifier, joinSql, type SqlFragment, sql } from '../sql.js';
import type { Terminology } from '../terminology/terminology.js';
import type { Position } from './cursor.js';
import { resourceKey } from './hash.js';
import { checked, column, intArray, leadsTo, type ParameterContext, sameResource } from './parameters/context.js';
import { compileInstant, parseDate } from './parameters/date.js';
import { compileValues } from './parameters/kinds.js';
import { parseToken } from './parameters/token.js';
import { rowParameters } from './parse.js';
import { type ParameterPlan, searchPlans, type TypePlan } from './plan.js';
import type { Clause, SearchRequest } from './request.js';
import { compileScope, type Scope } from './scope.js';
import { type CompiledSort, compileSort } from './sort.js';

export interface CompileOptions {
  readonly registry: Registry;
  readonly scope: Scope;
  /** Epoch milliseconds, for `ap` on dates. */
  readonly now: number;
  readonly zoneMinutes: number;
  /** Addresses of this server, without a slash at the end. */
  readonly ownBases: readonly string[];
  readonly terminology?: Terminology;
}

/** Columns of a version, in the order and under the names that `store/` reads. */
const versionColumns = sql`b.type, b.id, b.version, b.last_updated, b.method, b.body`;

/**
 * One page of a search, one row more than `request.count` where there is a next page. Besides the version's columns each row bears `sort_0`, `sort_1` …
 * and `sort_key`, which make the cursor of the page after it. The scope's condition is part of it, for chained resources too.
 */
export function compileSearch(
  request: SearchRequest,
  options: CompileOptions,
  after?: Position,
): { readonly statement: SqlFragment; readonly sort: CompiledSort } {
  const sort = compileSort(request, options.registry);
  const where = compileWhere(request, options);
  const position = after === undefined ? sql`true` : sort.after(after);
  const page = sql`
    select r.shard, r.key, r.version, ${sort.columns}
    from resource r
    where ${where}
      and ${position}
    order by ${sort.order('r')}
    limit ${request.count + 1}::int`;
  const statement = sql`
    select ${versionColumns}, ${sort.names}
    from (${page}) page
    join body b on b.shard = page.shard and b.key = page.key and b.version = page.version
    order by ${sort.pageOrder}`;
  return { statement, sort };
}

export function compileCount(request: SearchRequest, options: CompileOptions): SqlFragment {
  return sql`select count(*)::int as total from resource r where ${compileWhere(request, options)}`;
}

/** Whatever of `keys` the scope lets through, newest version each: the targets of `_include`. */
export function compileInclude(keys: readonly string[], types: readonly string[], options: CompileOptions): SqlFragment {
  const list = `{${keys.join(',')}}`;
  return sql`
    select ${versionColumns}
    from resource r
    join body b on b.shard = r.shard and b.key = r.key and b.version = r.version
    where r.key = any(${list}::bigint[])
      and ${types.length === 0 ? sql`true` : sql`r.type = any(${types}::text[])`}
      and ${compileScope(options.scope, 'r')}`;
}

/** Resources of `type` that refer to any of `keys` by one of the expressions `hashes`: `_revinclude`. */
export function compileReverseInclude(
  type: string,
  hashes: readonly number[],
  keys: readonly string[],
  limit: number,
  options: CompileOptions,
): SqlFragment {
  return sql`
    select ${versionColumns}
    from (
      select distinct v.key
      from reference_value v
      where v.target = any(${`{${keys.join(',')}}`}::bigint[])
        and v.parameter = any(${intArray(hashes)}::int[])
    ) source
    join resource r on r.key = source.key
    join body b on b.shard = r.shard and b.key = r.key and b.version = r.version
    where r.type = ${type}
      and ${compileScope(options.scope, 'r')}
    order by r.last_updated, r.key
    limit ${limit}::int`;
}

function compileWhere(request: SearchRequest, options: CompileOptions): SqlFragment {
  const compiler = clauseCompiler(options);
  const conditions = [
    sql`r.type = ${request.type}`,
    compileScope(options.scope, 'r'),
    ...request.clauses.map((clause) => compiler.compile(clause, request.type, 'r')),
  ];
  return joinSql(conditions, ' and ');
}

interface ClauseCompiler {
  compile(clause: Clause, type: string, row: string): SqlFragment;
}

function clauseCompiler(options: CompileOptions): ClauseCompiler {
  const plans = searchPlans(options.registry);
  let aliases = 0;
  const compiler: ClauseCompiler = {
    compile(clause, type, row) {
      if (clause.kind === 'any') {
        if (clause.clauses.length === 0) return sql`false`;
        return sql`(${joinSql(
          clause.clauses.map((one) => compiler.compile(one, type, row)),
          ' or ',
        )})`;
      }
      const code = clause.parameter.code ?? '';
      if (clause.kind === 'parameter') {
        const own = rowParameters[code];
        if (own === 'id') return compileId(clause.modifier, clause.values, type, row);
        if (own === 'instant')
          return compileInstant(
            column(row, 'last_updated'),
            clause.values.map((raw) => checked(parseDate(raw, options.zoneMinutes))),
            options.now,
          );
      }
      const plan = plans.type(clause.kind === 'has' ? clause.type : type).parameter(code);
      // A chain over several target types takes the parameter of each; one that lacks it has no matches there.
      if (plan === undefined) return sql`false`;
      if (clause.kind === 'parameter') return compileValues(parameterContext(plan, row, options), clause.modifier, clause.values);
      const target = `t${++aliases}`;
      const reference = `f${aliases}`;
      if (clause.kind === 'chain') return compileChain(clause, plan, row, target, reference);
      return isTarget(plan, type) ? compileHas(clause, plan, row, target, reference) : sql`false`;
    },
  };

  const compileChain = (
    clause: Extract<Clause, { kind: 'chain' }>,
    plan: ParameterPlan,
    row: string,
    target: string,
    reference: string,
  ): SqlFragment => {
    const restricted = plan.paths.flatMap(({ targetTypes }) => targetTypes);
    const types = clause.targetTypes.filter((type) => restricted.length === 0 || restricted.includes(type));
    const alternatives = types.map((type) => {
      const condition = compiler.compile(clause.next, type, target);
      return impliesType(clause.next, plans.type(type)) ? condition : sql`(${column(target, 'type')} = ${type} and ${condition})`;
    });
    if (alternatives.length === 0) return sql`false`;
    const from = joinSql([referenceTable(reference), resourceTable(target)], ', ');
    return sql`exists (
      select 1 from ${from}
      where ${sameResource(reference, row)}
        and ${column(reference, 'parameter')} = any(${intArray(plan.paths.map(({ stored }) => stored.hash))}::int[])
        and ${leadsTo(reference, target)}
        and ${compileScope(options.scope, target)}
        and (${joinSql(alternatives, ' or ')}))`;
  };

  const compileHas = (
    clause: Extract<Clause, { kind: 'has' }>,
    plan: ParameterPlan,
    row: string,
    source: string,
    reference: string,
  ): SqlFragment => {
    const from = joinSql([referenceTable(reference), resourceTable(source)], ', ');
    return sql`exists (
      select 1 from ${from}
      where ${leadsTo(reference, row)}
        and ${column(reference, 'parameter')} = any(${intArray(plan.paths.map(({ stored }) => stored.hash))}::int[])
        and ${sameResource(source, reference)}
        and ${compileScope(options.scope, source)}
        and ${compiler.compile(clause.next, clause.type, source)})`;
  };
  return compiler;
}

/**
 * Whether whatever meets the clause is of that type anyway: hashes of tokens and of parameters have the type in them. Saying it once more would make the
 * planner expect far fewer rows than there are.
 */
function impliesType(clause: Clause, plan: TypePlan): boolean {
  if (clause.kind === 'chain') return true;
  if (clause.kind === 'any') return clause.clauses.length > 0 && clause.clauses.every((one) => impliesType(one, plan));
  if (clause.kind === 'has') return false;
  const found = plan.parameter(clause.parameter.code ?? '');
  const isNegative = clause.modifier === 'not' || clause.modifier === 'not-in' || clause.modifier === 'missing';
  return found !== undefined && !isNegative && found.wholeResource === undefined && found.paths.every(({ stored }) => !stored.isMainDate);
}

/** Whether the parameter's references may lead to resources of `type`, as far as its expression says: `patient` leads to patients only. */
export function isTarget(plan: ParameterPlan, type: string): boolean {
  return plan.paths.some(({ targetTypes }) => targetTypes.length === 0 || targetTypes.includes(type));
}

function referenceTable(alias: string): SqlFragment {
  return sql`reference_value ${identifier(alias)}`;
}

function resourceTable(alias: string): SqlFragment {
  return sql`resource ${identifier(alias)}`;
}

function parameterContext(plan: ParameterPlan, row: string, options: CompileOptions): ParameterContext {
  const { now, zoneMinutes, ownBases, registry, terminology } = options;
  return { plan, row, now, zoneMinutes, ownBases, registry, ...(terminology === undefined ? {} : { terminology }) };
}

function compileId(modifier: string | undefined, values: readonly string[], type: string, row: string): SqlFragment {
  const keys = `{${values.map((raw) => resourceKey(type, checked(parseToken(raw)).code ?? '')).join(',')}}`;
  const key = column(row, 'key');
  if (modifier === 'not') return sql`${key} <> all(${keys}::bigint[])`;
  return sql`${key} = any(${keys}::bigint[])`;
}
