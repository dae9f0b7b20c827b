import { identifier, joinSql, render, type SqlFragment, sql } from '../../sql.js';
import { isConstant, mapValue, type RowSource, type Value } from './value.js';

/** Names of tables and columns that tell shard and person of a row. */
export interface Anchor {
  readonly shard: SqlFragment;
  readonly person: SqlFragment;
}

/** One SELECT under construction. Columns are added when something outside asks for them, and the text is made at the end. */
export interface Select {
  /** Its name as a CTE. */
  readonly name: string;
  /** Adds the first table (with its alias), or joins another one row by row of the same person. */
  from(table: SqlFragment, alias: string, kind?: 'person' | 'lateral'): void;
  anchor(): Anchor;
  hasTable(): boolean;
  where(condition: SqlFragment): void;
  /** Joins a relation keyed by person, once; gives its alias. Rows without a partner stay. */
  joinPerson(name: string, inner?: boolean): string;
  /** Whether a relation keyed by person is joined. */
  joins(name: string): boolean;
  /** Joins a relation by more than the person. */
  join(name: string, alias: string, on: SqlFragment): void;
  /** A lateral subquery of one row or none. */
  lateral(query: SqlFragment, alias: string): void;
  /** Name of the output column that holds the expression. */
  output(fragment: SqlFragment, name?: string): string;
  /** `distinct`: rows differ in their outputs. `group`: one row for each combination of the outputs in `keys`. `first`: the first of each person in this order. */
  shape(shape: SelectShape): void;
  render(): SqlFragment;
}

export type SelectShape =
  | { readonly kind: 'rows' }
  | { readonly kind: 'distinct' }
  | { readonly kind: 'group'; readonly keys: readonly SqlFragment[] }
  | { readonly kind: 'first'; readonly order: readonly SqlFragment[] };

/** `keyed`: shard and person are its first two outputs. */
export function createSelect(name: string, fresh: (hint: string) => string, keyed = true): Select {
  const tables: SqlFragment[] = [];
  const conditions: SqlFragment[] = [];
  const persons = new Map<string, string>();
  const outputs = new Map<string, { readonly name: string; readonly sql: SqlFragment }>();
  let anchor: Anchor | undefined;
  let shape: SelectShape = { kind: 'rows' };

  const select: Select = {
    name,
    from(table, alias, kind = 'person') {
      if (!anchor) {
        anchor = { shard: identifier(`${alias}.shard`), person: identifier(`${alias}.person`) };
        tables.push(sql`from ${table}`);
      } else if (kind === 'lateral') tables.push(sql`cross join lateral ${table}`);
      else
        tables.push(
          sql`join ${table} on ${identifier(`${alias}.shard`)} = ${anchor.shard} and ${identifier(`${alias}.person`)} = ${anchor.person}`,
        );
    },
    anchor: anchored,
    hasTable: () => anchor !== undefined,
    where: (condition) => void conditions.push(condition),
    joinPerson(other, inner = false) {
      const known = persons.get(other);
      if (known !== undefined) return known;
      const alias = fresh('j');
      const { shard, person } = anchored();
      persons.set(other, alias);
      const on = sql`on ${identifier(`${alias}.shard`)} = ${shard} and ${identifier(`${alias}.person`)} = ${person}`;
      tables.push(
        inner
          ? sql`join ${identifier(other)} as ${identifier(alias)} ${on}`
          : sql`left join ${identifier(other)} as ${identifier(alias)} ${on}`,
      );
      return alias;
    },
    joins: (other) => persons.has(other),
    join: (other, alias, on) => void tables.push(sql`left join ${identifier(other)} as ${identifier(alias)} on ${on}`),
    lateral: (query, alias) => void tables.push(sql`left join lateral (${query}) as ${identifier(alias)} on true`),
    output(fragment, wanted) {
      const key = fragmentKey(fragment);
      const known = outputs.get(key);
      if (known && (wanted === undefined || wanted === known.name)) return known.name;
      const made = wanted ?? `c${outputs.size + 1}`;
      outputs.set(wanted === undefined ? key : `${wanted} ${key}`, { name: made, sql: fragment });
      return made;
    },
    shape: (wanted) => {
      shape = wanted;
    },
    render() {
      const { shard, person } = anchored();
      const keys = keyed ? [sql`${shard} as shard`, sql`${person} as person`] : [];
      const columns = [...keys, ...[...outputs.values()].map((column) => sql`${column.sql} as ${identifier(column.name)}`)];
      const list = columns.length === 0 ? sql`1` : joinSql(columns, ', ');
      const start =
        shape.kind === 'distinct'
          ? sql`select distinct ${list}`
          : shape.kind === 'first'
            ? sql`select distinct on (${shard}, ${person}) ${list}`
            : sql`select ${list}`;
      const where = conditions.length === 0 ? [] : [sql`where ${joinSql(conditions, ' and ')}`];
      const group = shape.kind === 'group' ? [sql`group by ${joinSql([...(keyed ? [shard, person] : []), ...shape.keys], ', ')}`] : [];
      const order = shape.kind === 'first' ? [sql`order by ${joinSql([shard, person, ...shape.order], ', ')}`] : [];
      return joinSql([start, ...tables, ...where, ...group, ...order], '\n');
    },
  };
  return select;

  function anchored(): Anchor {
    if (!anchor) throw new Error(`the select ${name} has no table yet`);
    return anchor;
  }
}

/** Text and parameters of a fragment as one key. */
export function fragmentKey(fragment: SqlFragment): string {
  const { text, values } = render(fragment);
  return values.length === 0 ? text : `${text} ${JSON.stringify(values)}`;
}

/** A value of `select` as one who reads the select under `alias` sees it: every expression becomes an output column. */
export function exported(value: Value, select: Select, alias: string): Value {
  return mapValue(
    value,
    (fragment) => (isConstant(fragment) ? fragment : identifier(`${alias}.${select.output(fragment)}`)),
    (row) => exportedRow(row, select, alias),
  );
}

export function exportedRow(row: RowSource, select: Select, alias: string): RowSource {
  const column = (fragment: SqlFragment): SqlFragment =>
    isConstant(fragment) ? fragment : identifier(`${alias}.${select.output(fragment)}`);
  return {
    value: (wanted) => exported(row.value(wanted), select, alias),
    json: (wanted) => column(row.json(wanted)),
    id: () => column(row.id()),
    zone: () => column(row.zone()),
    derived: (make) => column(row.derived(make)),
  };
}
