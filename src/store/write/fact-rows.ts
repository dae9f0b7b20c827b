import type { SqlFragment } from '../../sql.js';
import { identifier, sql } from '../../sql.js';
import type { FactInput, FactTable, FactWriter } from '../facts.js';
import { type CellValue, type Column, insertStatement, type RowStatement, rowStatement } from './columns.js';

/** Statements that bring the fact tables up to a set of versions: open rows of their older versions are closed, then the new rows go in. */
export function factStatements(writer: FactWriter, inputs: readonly FactInput[]): readonly SqlFragment[] {
  const relevant = inputs.filter(({ type }) => writer.types.has(type));
  if (relevant.length === 0) return [];
  const statements: SqlFragment[] = [];
  const replaced = relevant.filter(({ version }) => version > 1);
  if (replaced.length > 0) {
    for (const table of writer.tables) {
      const gone = table.versioned === false ? [] : replaced.filter(({ type }) => table.types.includes(type));
      if (gone.length > 0) statements.push(statementsOf(table).close(gone));
    }
  }
  const cellsByTable = new Map<string, FactCells[]>();
  for (const input of relevant) {
    for (const { table, values } of writer.rows(input)) {
      const cells = cellsByTable.get(table);
      if (cells === undefined) cellsByTable.set(table, [{ input, values }]);
      else cells.push({ input, values });
    }
  }
  for (const [name, cells] of cellsByTable) {
    const table = writer.tables.find((one) => one.name === name);
    if (table === undefined) throw new Error(`no such fact table: ${name}`);
    statements.push(statementsOf(table).insert(cells));
  }
  return statements;
}

/** A version with the instant at which the next one replaced it, where one has. */
export interface PastVersion extends FactInput {
  readonly until?: number;
}

/**
 * Statements that make the rows of whole resources anew from all their versions, in place of those that there are. Rows of versions that were written later stay: their
 * writer has made them.
 */
export function refillStatements(writer: FactWriter, versions: readonly PastVersion[]): readonly SqlFragment[] {
  const relevant = versions.filter(({ type }) => writer.types.has(type));
  const latest = new Map(relevant.map((version) => [`${version.type}/${version.id}`, version]));
  return writer.tables.flatMap((table) => {
    const replaced = [...latest.values()].filter(({ type }) => table.types.includes(type));
    if (replaced.length === 0) return [];
    const cells = relevant
      .filter(({ type }) => table.types.includes(type))
      .flatMap((input) => writer.rows(input).flatMap((row) => (row.table === table.name ? [{ input, values: row.values }] : [])));
    const { remove, refill } = statementsOf(table);
    return [remove(replaced), ...(cells.length > 0 ? [refill(cells)] : [])];
  });
}

interface FactCells<Input extends FactInput = FactInput> {
  readonly input: Input;
  readonly values: readonly unknown[];
}

interface FactStatements {
  readonly insert: RowStatement<FactCells>;
  readonly refill: RowStatement<FactCells<PastVersion>>;
  readonly remove: RowStatement<FactInput>;
  readonly close: RowStatement<FactInput>;
}

const known = new WeakMap<FactTable, FactStatements>();

function statementsOf(table: FactTable): FactStatements {
  let statements = known.get(table);
  if (statements === undefined) {
    const own = table.columns.map(
      ({ name, type }, index): Column<FactCells> => ({ name, type, of: ({ values }) => cellOf(values[index], type) }),
    );
    statements = {
      insert:
        table.versioned === false
          ? insertStatement(table.name, own, 'on conflict do nothing')
          : insertStatement(table.name, [...keyColumns, ...own]),
      refill: insertStatement(table.name, [...keyColumns, untilColumn, ...own]),
      remove: removeStatement(table.name),
      close: closeStatement(table.name),
    };
    known.set(table, statements);
  }
  return statements;
}

const keyColumns: readonly Column<FactCells>[] = [
  { name: 'shard', type: 'int', of: ({ input }) => input.shard },
  { name: 'resource_type', type: 'text', of: ({ input }) => input.type },
  { name: 'resource_id', type: 'text', of: ({ input }) => input.id },
  { name: 'valid_from', type: 'timestamptz', of: ({ input }) => new Date(input.at).toISOString() },
];

const untilColumn: Column<FactCells<PastVersion>> = {
  name: 'valid_to',
  type: 'timestamptz',
  of: ({ input }) => (input.until === undefined ? 'infinity' : new Date(input.until).toISOString()),
};

const closingColumns: readonly Column<FactInput>[] = [
  { name: 'shard', type: 'int', of: ({ shard, shardBefore }) => shardBefore ?? shard },
  { name: 'type', type: 'text', of: ({ type }) => type },
  { name: 'id', type: 'text', of: ({ id }) => id },
  { name: 'at', type: 'timestamptz', of: ({ at }) => new Date(at).toISOString() },
];

function closeStatement(table: string): RowStatement<FactInput> {
  return rowStatement(
    closingColumns,
    (source) => sql`
      update ${identifier(table)} f
      set valid_to = r.at
      from ${source}
      where f.shard = r.shard and f.resource_id = r.id and f.resource_type = r.type and f.valid_to = 'infinity'`,
  );
}

/** Up to the latest version that is known: a later one may have been written meanwhile, and its rows with it. */
function removeStatement(table: string): RowStatement<FactInput> {
  return rowStatement(
    closingColumns,
    (source) => sql`
      delete from ${identifier(table)} f
      using ${source}
      where f.resource_id = r.id and f.resource_type = r.type and f.valid_from <= r.at`,
  );
}

/** A value as its column's type writes it: arrays as literals, what goes into jsonb as JSON. */
function cellOf(value: unknown, type: string): CellValue {
  if (value === null || value === undefined) return undefined;
  if (type === 'jsonb' || type === 'json') return JSON.stringify(value);
  if (Array.isArray(value)) return `{${value.map(arrayItem).join(',')}}`;
  return typeof value === 'object' ? JSON.stringify(value) : (value as CellValue);
}

function arrayItem(item: unknown): string {
  if (item === null || item === undefined) return 'null';
  return typeof item === 'string' && !/^-?\d+$/.test(item) ? `"${item.replace(/["\\]/g, '\\$&')}"` : String(item);
}
