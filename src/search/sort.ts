import type { SearchParameter } from '@medplum/fhirtypes';
import type { Registry } from '../definitions/registry.js';
import { identifier, joinSql, type SqlFragment, sql } from '../sql.js';
import type { Position } from './cursor.js';
import { intArray, sameResource } from './parameters/context.js';
import type { Step } from './path.js';
import { type ParameterPlan, searchPlans } from './plan.js';
import type { SearchRequest } from './request.js';

/** The order of a search's results: total, so that pages neither repeat nor skip. Resources without a value come last, whichever the direction. */
export interface CompiledSort {
  /** Select list: `… as sort_0, …, r.key as sort_key`. */
  readonly columns: SqlFragment;
  /** Names of those columns in the outer query. */
  readonly names: SqlFragment;
  /** `order by` in the inner query, whose resource is called `row`. */
  order(row: string): SqlFragment;
  /** The same over the named columns. */
  readonly pageOrder: SqlFragment;
  /** Rows after a position. */
  after(position: Position): SqlFragment;
  readonly count: number;
}

interface Item {
  readonly value: SqlFragment;
  readonly type: 'text' | 'bigint' | 'float8';
  readonly descending: boolean;
}

export function compileSort(request: SearchRequest, registry: Registry): CompiledSort {
  // Without a wish: oldest change first. What changes while a client turns pages moves to the end, so that it meets everything.
  const wished = request.sort.length > 0 ? request.sort : [{ parameter: '_lastUpdated' as const, descending: false }];
  const items = wished.map(({ parameter, descending }) => ({ ...sortValue(parameter, descending, request.type, registry), descending }));
  const direction = (descending: boolean) => (descending ? sql`desc nulls last` : sql`asc nulls last`);
  // The tie breaker runs in the direction of the first item: with it one index walk in either direction gives both.
  const keyDescending = items[0]?.descending ?? false;
  const isPlain = (item: Item) => item.value.strings.join('') === 'r.last_updated';
  const itemOrder = (item: Item, value: SqlFragment) =>
    isPlain(item) ? sql`${value} ${item.descending ? sql`desc` : sql`asc`}` : sql`${value} ${direction(item.descending)}`;
  const name = (index: number) => identifier(`sort_${index}`);
  return {
    count: items.length,
    columns: joinSql([...items.map((item, index) => sql`${item.value} as ${name(index)}`), sql`r.key as sort_key`], ', '),
    names: joinSql([...items.map((_, index) => sql`page.${name(index)}`), sql`page.sort_key`], ', '),
    order: () => joinSql([...items.map((item) => itemOrder(item, item.value)), keyDescending ? sql`r.key desc` : sql`r.key`], ', '),
    pageOrder: joinSql(
      [
        ...items.map((item, index) => itemOrder(item, sql`page.${name(index)}`)),
        keyDescending ? sql`page.sort_key desc` : sql`page.sort_key`,
      ],
      ', ',
    ),
    after: (position) => afterPosition(items, keyDescending, isPlain, position),
  };
}

/** Lexicographic: beyond in the first column, or equal in it and beyond in the second, and so on; the key decides. */
function afterPosition(items: readonly Item[], keyDescending: boolean, isPlain: (item: Item) => boolean, position: Position): SqlFragment {
  const first = items[0];
  if (items.length === 1 && first !== undefined && isPlain(first)) {
    // A row comparison is what an index can start from.
    const at = sql`(${position.values[0]}::bigint, ${position.key}::bigint)`;
    return first.descending ? sql`(r.last_updated, r.key) < ${at}` : sql`(r.last_updated, r.key) > ${at}`;
  }
  let condition = keyDescending ? sql`r.key < ${position.key}::bigint` : sql`r.key > ${position.key}::bigint`;
  for (let index = items.length - 1; index >= 0; index--) {
    const item = items[index];
    if (item === undefined) continue;
    const at = position.values[index];
    if (at === null || at === undefined) {
      condition = sql`(${item.value} is null and ${condition})`;
      continue;
    }
    const typed = sql`${at}::${identifier(item.type)}`;
    const beyond = item.descending ? sql`${item.value} < ${typed}` : sql`${item.value} > ${typed}`;
    condition = sql`(${beyond} or ${item.value} is null or (${item.value} = ${typed} and ${condition}))`;
  }
  return condition;
}

function sortValue(
  parameter: SearchParameter | '_id' | '_lastUpdated',
  descending: boolean,
  type: string,
  registry: Registry,
): { readonly value: SqlFragment; readonly type: Item['type'] } {
  if (parameter === '_id') return { value: sql`r.id`, type: 'text' };
  if (parameter === '_lastUpdated') return { value: sql`r.last_updated`, type: 'bigint' };
  const plan = searchPlans(registry)
    .type(type)
    .parameter(parameter.code ?? '');
  if (plan === undefined) throw new Error(`no such parameter to sort by: ${parameter.code}`);
  const hashes = intArray(plan.paths.map(({ stored }) => stored.hash));
  const own = (table: string) => sql`from ${identifier(table)} v where ${sameResource('v', 'r')} and v.parameter = any(${hashes}::int[])`;
  switch (plan.kind) {
    case 'string':
      return { value: sql`(select ${extreme(descending)}(v.value) ${own('string_value')})`, type: 'text' };
    case 'number':
    case 'quantity':
      return { value: sql`(select ${extreme(descending)}(coalesce(v.unit_low, v.low)) ${own('quantity_value')})`, type: 'float8' };
    case 'date': {
      const side = identifier(descending ? 'high' : 'low');
      if (plan.paths.every(({ stored }) => stored.isMainDate))
        return { value: descending ? sql`r.date_high` : sql`r.date_low`, type: 'bigint' };
      const stored = sql`(select ${extreme(descending)}(v.${side}) ${own('date_value')})`;
      if (!plan.paths.some(({ stored: path }) => path.isMainDate)) return { value: stored, type: 'bigint' };
      return { value: descending ? sql`greatest(r.date_high, ${stored})` : sql`least(r.date_low, ${stored})`, type: 'bigint' };
    }
    default:
      return { value: bodyValue(plan, descending), type: 'text' };
  }
}

function extreme(descending: boolean): SqlFragment {
  return descending ? sql`max` : sql`min`;
}

/** Codes, references and URIs are stored as hashes only: their order comes out of the body. */
function bodyValue(plan: ParameterPlan, descending: boolean): SqlFragment {
  const paths = plan.paths.flatMap(({ stored: { path } }) => path.types.map((type) => jsonPath(path.steps ?? [], type)));
  const values = joinSql(
    paths.map((path) => sql`select jsonb_path_query(b.body::jsonb, ${path}::jsonpath) #>> '{}' as value`),
    ' union all ',
  );
  return sql`(select ${extreme(descending)}(found.value collate "C") from body b cross join lateral (${values}) found where b.shard = r.shard and b.key = r.key and b.version = r.version)`;
}

const leaves: Readonly<Record<string, string>> = {
  Coding: '.code',
  CodeableConcept: '.coding[*].code',
  Identifier: '.value',
  ContactPoint: '.value',
  Reference: '.reference',
};

/** The steps as an SQL/JSON path in lax mode, which unwraps arrays. Names come from definitions and are quoted. */
function jsonPath(steps: readonly Step[], type: string): string {
  let path = '$';
  steps.forEach((step, index) => {
    if (step.kind === 'member') {
      const next = steps[index + 1];
      const chosen = next?.kind === 'type' ? next.type : undefined;
      const suffix = chosen === undefined ? '' : chosen.charAt(0).toUpperCase() + chosen.slice(1);
      path += `.${JSON.stringify(step.name + suffix)}[*]`;
    } else if (step.kind === 'where') path += ` ? (@.${JSON.stringify(step.name)} == ${JSON.stringify(step.value)})`;
    else if (step.kind === 'extension') path += `."extension"[*] ? (@."url" == ${JSON.stringify(step.url)}).*`;
  });
  return path + (leaves[type] ?? '');
}
