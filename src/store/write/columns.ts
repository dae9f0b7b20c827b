import { identifier, joinSql, type SqlFragment, sql } from '../../sql.js';

// The rows of a whole Bundle go into a table with one statement, whose text never varies: each column travels as one array in text form. That costs
// PostgreSQL two thirds of what it costs to take rows out of JSON.

type ColumnType = 'int' | 'bigint' | 'float8' | 'text' | 'int[]' | 'bigint[]' | 'jsonb';
type Value = string | number | null | undefined;

/** A column of rows to be sent: its name, its type, and where an item holds its value. Arrays are given as literals, `{1,2}`. */
export interface Column<Item> {
  readonly name: string;
  readonly type: ColumnType;
  of(item: Item): Value;
}

/** No FHIR string holds these two: they part the texts of an array, and stand for a null. */
const gap = '\u0001';
const none = '\u0002';

const scalars: ReadonlySet<ColumnType> = new Set(['int', 'bigint', 'float8']);

/** A row source `r` with the columns, to select from. */
export function rowSource<Item>(items: readonly Item[], columns: readonly Column<Item>[]): SqlFragment {
  const arrays = columns.map(({ type, of }) =>
    scalars.has(type)
      ? sql`${`{${items.map((item) => of(item) ?? 'null').join(',')}}`}::${arrayType(type)}`
      : textArray(items.map((item) => clean(of(item)))),
  );
  return sql`unnest(${joinSql(arrays, ', ')}) r(${names(columns)})`;
}

function textArray(texts: readonly string[]): SqlFragment {
  // string_to_array makes no element at all of an empty text.
  if (texts.length === 1 && texts[0] === '') return sql`array[${''}::text]`;
  return sql`string_to_array(${texts.join(gap)}::text, ${gap}, ${none})`;
}

/** `insert into table (columns) select … from r`; every column of the table that isn't named takes its default. */
export function insertRows<Item>(table: string, items: readonly Item[], columns: readonly Column<Item>[]): SqlFragment {
  return sql`insert into ${identifier(table)} (${names(columns)}) select ${selected(columns)} from ${rowSource(items, columns)}`;
}

/** The columns of `r`, each in its type: what isn't a number has travelled as text. */
export function selected<Item>(columns: readonly Column<Item>[]): SqlFragment {
  return joinSql(
    columns.map(({ name, type }) => {
      const column = sql`r.${identifier(name)}`;
      return type === 'text' || scalars.has(type) ? column : sql`${column}::${castType(type)}`;
    }),
    ', ',
  );
}

function names<Item>(columns: readonly Column<Item>[]): SqlFragment {
  return joinSql(
    columns.map(({ name }) => identifier(name)),
    ', ',
  );
}

function clean(value: Value): string {
  if (value === null || value === undefined) return none;
  const text = String(value);
  return text.includes(gap) || text.includes(none) ? text.replaceAll(gap, ' ').replaceAll(none, ' ') : text;
}

function arrayType(type: ColumnType): SqlFragment {
  if (type === 'int') return sql`int[]`;
  return type === 'bigint' ? sql`bigint[]` : sql`float8[]`;
}

function castType(type: ColumnType): SqlFragment {
  if (type === 'int[]') return sql`int[]`;
  return type === 'bigint[]' ? sql`bigint[]` : sql`jsonb`;
}
