import { createHash } from 'node:crypto';
import { type FactColumn, physicalColumns } from '../cql/catalogue.js';
import { personKey } from '../cql/person-key.js';
import type { FhirResource, JsonObject } from '../fhir/resource.js';
import type { FactInput, FactRow, FactTable, FactWriter } from '../store/facts.js';
import type { FactTableViews } from './catalogue.js';
import { conceptHashes, encodeElement } from './encode.js';
import { plainPath } from './plain-path.js';
import { residenceOf } from './residence.js';
import { residenceRows, residenceTable } from './residence-table.js';
import { typeTouch } from './touch.js';
import { zoneMinutesOf } from './zone.js';

/**
 * Fact rows of each resource the store writes. A resource outside every Patient compartment has none.
 * Columns that open each table beside the store's keys: `person, code, coding`; of fact_person `person, area, zone`.
 */
export function factWriter(tables: readonly FactTableViews[]): FactWriter {
  const encoders = new Map(tables.map((table) => [table.resource, tableEncoder(table)]));
  const retrieves = new Map(tables.map((table) => [table.resource, codesReader(table)]));
  return {
    tables: [...tables.map(storedTable), residenceTable],
    types: new Set(tables.map(({ resource }) => resource)),
    rows: (input) => (input.deleted ? [] : [...(encoders.get(input.type)?.(input) ?? []), ...residenceRows(input)]),
    person: personKey,
    touches: (type, resource) => [typeTouch(type), ...(retrieves.get(type)?.(resource) ?? [])],
  };
}

function storedTable(table: FactTableViews): FactTable {
  return {
    name: table.table,
    columns: tableColumns(table),
    types: [table.resource],
    required: neverNull,
    indexes:
      table.resource === 'Patient'
        ? [
            ['shard', 'person', 'area'],
            ['area', 'zone'],
            // Who is asked for by id alone.
            ['person'],
          ]
        : [
            ['code', 'shard', 'person'],
            ['shard', 'person'],
          ],
    signature: createHash('sha256')
      .update(JSON.stringify([encoding, table]))
      .digest('base64url'),
  };
}

/** To be raised when the same views give other rows or indexes. */
const encoding = 4;

const neverNull: ReadonlySet<string> = new Set(['person', 'zone', 'code', 'coding']);

/** Own columns of a fact table, in the order of a row's values. */
export function tableColumns(table: FactTableViews): FactTable['columns'] {
  const opening =
    table.resource === 'Patient'
      ? [
          { name: 'person', type: 'uuid' },
          { name: 'area', type: 'text' },
          { name: 'zone', type: 'smallint' },
        ]
      : [
          { name: 'person', type: 'uuid' },
          { name: 'code', type: 'bigint' },
          { name: 'coding', type: 'smallint' },
        ];
  return [
    ...opening,
    ...table.columns.flatMap((column) =>
      physicalColumns(column).map(({ name, type }) => ({ name: columnName(table, column, name), type })),
    ),
  ];
}

/** The concept column `code` of a retrieve would meet the scan's own `code`: it is called `code_all`. */
export function columnName(table: { readonly retrieve?: string }, column: Pick<FactColumn, 'name'>, physical: string): string {
  return column.name === table.retrieve && physical === 'code' ? 'code_all' : physical;
}

function tableEncoder(table: FactTableViews): (input: FactInput) => readonly FactRow[] {
  const readers = table.columns.map((column) => ({ column, read: columnReader(column) }));
  const retrieve = readers.find(({ column }) => column.name === table.retrieve);
  return ({ patient, resource }) => {
    if (patient === undefined) return [];
    const values = readers.flatMap(({ column, read }) => encodeElement(column, read(resource)));
    const person = personKey(patient);
    if (table.resource === 'Patient') {
      const area = residenceOf(resource as JsonObject & FhirResource);
      return [{ table: table.table, values: [person, area ?? null, zoneMinutesOf(area), ...values] }];
    }
    const codes = retrieve ? retrieveCodes(retrieve.read(resource)) : [];
    return (codes.length === 0 ? ['0'] : codes).map((code, coding) => ({ table: table.table, values: [person, code, coding, ...values] }));
  };
}

/** A list column's items as objects by element name; any other column's first value. */
function columnReader(column: FactColumn): (resource: JsonObject) => unknown {
  const read = plainPath(column.path);
  if (column.shape !== 'list') return (resource) => read(resource)[0];
  const elements = (column.elements ?? [])
    .filter(({ path }) => path !== '$this')
    .map((element) => ({ name: element.name, read: columnReader(element) }));
  if (elements.length === 0) return (resource) => read(resource);
  return (resource) =>
    read(resource).map((item) => Object.fromEntries(elements.map((element) => [element.name, element.read(item as JsonObject)])));
}

/** The codes by which retrieves find a resource. */
function codesReader(table: FactTableViews): (resource: JsonObject) => readonly string[] {
  const column = table.columns.find(({ name }) => name === table.retrieve);
  if (column === undefined) return () => [];
  const read = columnReader(column);
  return (resource) => retrieveCodes(read(resource));
}

function retrieveCodes(found: unknown): readonly string[] {
  const concepts = Array.isArray(found) ? found : [found];
  return [...new Set(concepts.flatMap(conceptHashes))];
}
