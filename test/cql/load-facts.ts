import { factTables, factViews } from '../../src/facts/catalogue.js';
import { factWriter } from '../../src/facts/writer.js';
import { type FhirResource, isObject, type JsonObject } from '../../src/fhir/resource.js';
import { identifier, joinSql, sql } from '../../src/sql.js';
import type { Database } from '../../src/store/database.js';

const tables = factTables(factViews());

/** Writes the fact rows of resources, as the store does in the resource's transaction, all of one instant. */
export async function loadFacts(database: Pick<Database, 'query'>, resources: readonly FhirResource[]): Promise<void> {
  const writer = factWriter(tables);
  const rows = new Map<string, unknown[]>();
  for (const resource of resources) {
    const id = resource.id ?? '';
    const patient = resource.resourceType === 'Patient' ? id : patientOf(resource as FhirResource & JsonObject);
    const input = {
      shard: shardOfId(patient ?? id),
      type: resource.resourceType,
      id,
      version: 1,
      at: 0,
      resource: resource as FhirResource & JsonObject,
      deleted: false,
    };
    for (const row of writer.rows(patient === undefined ? input : { ...input, patient })) {
      const table = writer.tables.find(({ name }) => name === row.table);
      const own = Object.fromEntries((table?.columns ?? []).map(({ name }, place) => [name, row.values[place]]));
      const key = { shard: input.shard, resource_type: input.type, resource_id: id, valid_from: '2026-01-01T00:00:00Z' };
      const known = rows.get(row.table);
      if (known) known.push({ ...key, ...own });
      else rows.set(row.table, [{ ...key, ...own }]);
    }
  }
  for (const [table, found] of rows) {
    const columns = [
      { name: 'shard', type: 'int' },
      { name: 'resource_type', type: 'text' },
      { name: 'resource_id', type: 'text' },
      { name: 'valid_from', type: 'timestamptz' },
      ...(writer.tables.find(({ name }) => name === table)?.columns ?? []),
    ];
    const names = joinSql(
      columns.map(({ name }) => identifier(name)),
      ', ',
    );
    const typed = joinSql(
      columns.map(({ name, type }) => ({ strings: [`${name} ${type}`], values: [] })).map(({ strings }) => sqlText(strings[0] ?? '')),
      ', ',
    );
    await database.query(
      sql`insert into ${identifier(table)} (${names}) select ${names} from json_to_recordset(${JSON.stringify(found)}::json) as r(${typed})`,
    );
  }
}

function sqlText(text: string): ReturnType<typeof sql> {
  return sql(Object.assign([text], { raw: [text] }) as unknown as TemplateStringsArray);
}

function shardOfId(id: string): number {
  let hash = 0;
  for (const letter of id) hash = (hash * 31 + letter.charCodeAt(0)) % 4096;
  return hash;
}

function patientOf(resource: JsonObject): string | undefined {
  const holder = resource['subject'] ?? resource['patient'] ?? resource['beneficiary'];
  const reference = isObject(holder) ? holder['reference'] : undefined;
  return typeof reference === 'string' && reference.startsWith('Patient/') ? reference.slice('Patient/'.length) : undefined;
}
