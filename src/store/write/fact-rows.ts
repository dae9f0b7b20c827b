import type { SqlFragment } from '../../sql.js';
import type { FactInput, FactTable, FactWriter } from '../facts.js';

const safeName = /^[a-z_][a-z0-9_]*$/;
const safeType = /^[a-z_][a-z0-9_ ]*(\[\])?$/;

/** Statements that bring the fact tables up to a set of versions: open rows of their older versions are closed, then the new rows go in. */
export function factStatements(writer: FactWriter, inputs: readonly FactInput[]): readonly SqlFragment[] {
  const relevant = inputs.filter(({ type }) => writer.types.has(type));
  if (relevant.length === 0) return [];
  const statements: SqlFragment[] = [];
  const replaced = relevant.filter(({ version }) => version > 1);
  if (replaced.length > 0) {
    for (const table of writer.tables) {
      if (table.versioned === false) continue;
      const rows = replaced
        .filter(({ type }) => table.types.includes(type))
        .map(({ shard, type, id, at }) => ({ shard, type, id, at: new Date(at).toISOString() }));
      if (rows.length > 0) statements.push(closeRows(table, JSON.stringify(rows)));
    }
  }
  const rowsByTable = new Map<string, unknown[][]>();
  for (const input of relevant) {
    for (const { table, values } of writer.rows(input)) {
      const versioned = tableNamed(writer, table).versioned !== false;
      const row = versioned ? [input.shard, input.type, input.id, new Date(input.at).toISOString(), ...values] : [...values];
      const rows = rowsByTable.get(table);
      if (rows === undefined) rowsByTable.set(table, [row]);
      else rows.push(row);
    }
  }
  for (const [name, rows] of rowsByTable) statements.push(insertRows(tableNamed(writer, name), rows));
  return statements;
}

function tableNamed(writer: FactWriter, name: string): FactTable {
  const table = writer.tables.find((one) => one.name === name);
  if (table === undefined) throw new Error(`no such fact table: ${name}`);
  return table;
}

function closeRows(table: FactTable, rows: string): SqlFragment {
  return {
    strings: [
      `update ${checkedName(table.name)} f set valid_to = r.at from json_to_recordset(`,
      "::json) as r(shard int, type text, id text, at timestamptz) where f.shard = r.shard and f.resource_id = r.id and f.resource_type = r.type and f.valid_to = 'infinity'",
    ],
    values: [rows],
  };
}

const keyColumns = [
  { name: 'shard', type: 'int' },
  { name: 'resource_type', type: 'text' },
  { name: 'resource_id', type: 'text' },
  { name: 'valid_from', type: 'timestamptz' },
] as const;

function insertRows(table: FactTable, rows: readonly (readonly unknown[])[]): SqlFragment {
  const columns = table.versioned === false ? table.columns : [...keyColumns, ...table.columns];
  const names = columns.map(({ name }) => checkedName(name)).join(', ');
  const types = columns.map(({ name, type }) => `${name} ${checkedType(type)}`).join(', ');
  const objects = rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index]])));
  const conflict = table.versioned === false ? ' on conflict do nothing' : '';
  return {
    strings: [
      `insert into ${checkedName(table.name)} (${names}) select ${names} from json_to_recordset(`,
      `::json) as r(${types})${conflict}`,
    ],
    values: [JSON.stringify(objects)],
  };
}

function checkedName(name: string): string {
  if (!safeName.test(name)) throw new Error(`not a name for a fact table or column: ${name}`);
  return name;
}

function checkedType(type: string): string {
  if (!safeType.test(type)) throw new Error(`not a type for a fact column: ${type}`);
  return type;
}
