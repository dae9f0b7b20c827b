import { joinSql, render, type SqlFragment, sql } from '../../sql.js';

// The rows of a whole Bundle go into a table with one statement, whose text never varies: each column travels as one array in text form. That costs
// PostgreSQL two thirds of what it costs to take rows out of JSON, and the text is put together once.

export type CellValue = string | number | boolean | null | undefined;

/** A column of rows to be sent: its name, its PostgreSQL type, and where an item holds its value. Arrays are given as literals, `{1,2}`; an empty text is null. */
export interface Column<Item> {
  readonly name: string;
  readonly type: string;
  of(item: Item): CellValue;
}

/** Makes a statement out of rows. Its `strings` are the same object each time, by which the connection knows it again. */
export type RowStatement<Item> = (items: readonly Item[]) => SqlFragment;

/** No FHIR string holds these two: they part the texts of an array, and stand for a null. */
const gap = '\u0001';
const none = '\u0002';

/** Types whose values can stand in an array's text without quotes. */
const plainTypes: ReadonlySet<string> = new Set([
  'smallint',
  'int',
  'integer',
  'bigint',
  'float8',
  'numeric',
  'boolean',
  'uuid',
  'date',
  'timestamp',
  'timestamptz',
]);

const safeName = /^[a-z_][a-z0-9_]*$/;
const safeType = /^[a-z_][a-z0-9_]*(\[\])?$/;

/** A statement over a row source `r` with the columns; `around` puts it into its place. Only names of our own tables come here, and they are checked. */
export function rowStatement<Item>(columns: readonly Column<Item>[], around: (source: SqlFragment) => SqlFragment): RowStatement<Item> {
  for (const { name, type } of columns) {
    if (!safeName.test(name) || !safeType.test(type)) throw new Error(`not a column of ours: ${name} ${type}`);
  }
  const arrays = columns.map(({ type }) =>
    plainTypes.has(type) ? sql`${0}::${raw(`${type}[]`)}` : sql`string_to_array(${0}::text, ${raw(`E'\\x01', E'\\x02'`)})`,
  );
  const source = sql`unnest(${joinSql(arrays, ', ')}) r(${raw(columns.map(({ name }) => name).join(', '))})`;
  // Frozen: whoever meets it again may rely on its text.
  const strings = Object.freeze(render(around(source)).text.split(/\$\d+/));
  if (strings.length !== columns.length + 1) throw new Error('a row statement has no values but its columns');
  return (items) => ({
    strings,
    values: columns.map((column) => (plainTypes.has(column.type) ? numbers(items, column) : texts(items, column))),
  });
}

/** `insert into table (columns) select … from r`, then `ending`; every column of the table that isn't named takes its default. */
export function insertStatement<Item>(table: string, columns: readonly Column<Item>[], ending = ''): RowStatement<Item> {
  if (!safeName.test(table)) throw new Error(`not a table of ours: ${table}`);
  const names = columns.map(({ name }) => name).join(', ');
  const cells = columns.map(({ name, type }) => (type === 'text' || plainTypes.has(type) ? `r.${name}` : `r.${name}::${type}`)).join(', ');
  return rowStatement(
    columns,
    (source) => sql`${raw(`insert into ${table} (${names}) select ${cells} from `)}${source}${raw(ending === '' ? '' : ` ${ending}`)}`,
  );
}

function numbers<Item>(items: readonly Item[], { of }: Column<Item>): string {
  let text = '{';
  for (const item of items) {
    const value = of(item);
    text += `${text === '{' ? '' : ','}${value === undefined || value === null || value === '' ? 'null' : value}`;
  }
  return `${text}}`;
}

function texts<Item>(items: readonly Item[], { of }: Column<Item>): string {
  return items.map((item) => clean(of(item))).join(gap);
}

function clean(value: CellValue): string {
  if (value === null || value === undefined || value === '') return none;
  const text = String(value);
  return text.includes(gap) || text.includes(none) ? text.replaceAll(gap, ' ').replaceAll(none, ' ') : text;
}

/** Text of our own, spliced as it is. */
function raw(text: string): SqlFragment {
  return sql([text] as unknown as TemplateStringsArray);
}
