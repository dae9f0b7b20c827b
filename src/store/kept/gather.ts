import { identifier, type SqlFragment, sql } from '../../sql.js';
import type { Connection } from '../database.js';

/** Where the persons of a batch stand while it is worked on. */
export const batchTable: SqlFragment = sql`dirty_batch`;

/** Has names mean temporary tables first, until the transaction ends or `schemaFirst`: elsewhere they never stand in another table's way. */
export const temporaryFirst: SqlFragment = sql`select set_config('search_path', 'pg_temp,' || quote_ident(current_schema()), true)`;

/** What `temporaryFirst` has changed is as before. */
export const schemaFirst: SqlFragment = sql`set local search_path to default`;

/**
 * Lays the facts of a batch of persons over the fact tables until the transaction ends: temporary tables of the same names, which PostgreSQL then looks at first
 * (`temporaryFirst`). A statement for the whole population sees the batch alone. Found once by their keys they serve every measure; a restriction inside a statement
 * would be lost in its joins, of which the planner can't guess the sizes. A session makes the tables once, empty after each transaction, so that plans over them
 * last: a plan with hash joins, which are the only ones left to choose from afterwards, is right for any batch.
 */
export async function gatherFacts(
  connection: Connection,
  schema: string,
  tables: readonly string[],
  { shards, persons }: { readonly shards: readonly number[]; readonly persons: readonly string[] },
): Promise<void> {
  const [known] = await connection.query(sql`select to_regclass('pg_temp.dirty_batch') is not null as made`, { name: true });
  await connection.query(temporaryFirst, { name: true });
  if (known?.['made'] !== true) await makeTables(connection, schema, tables);
  const settings = ['enable_hashjoin', 'enable_mergejoin', 'enable_seqscan'];
  await Promise.all([
    connection.query(sql`set local plan_cache_mode = force_generic_plan`),
    // By the index, however much the planner would like to read the whole table.
    ...settings.map((setting) => connection.query(sql`set local ${identifier(setting)} = off`)),
    connection.query(
      sql`insert into ${batchTable} select b.shard, b.person from unnest(${`{${shards.join(',')}}`}::int[], ${`{${persons.join(',')}}`}::uuid[]) b(shard, person)`,
      { name: true },
    ),
    ...tables.map((name) =>
      connection.query(
        sql`
          insert into pg_temp.${identifier(name)}
          select f.*
          from ${batchTable} b
          join ${identifier(schema)}.${identifier(name)} f on f.shard = b.shard and f.person = b.person
          where f.valid_to = 'infinity'`,
        { name: true },
      ),
    ),
    ...settings.map((setting) => connection.query(sql`set local ${identifier(setting)} = on`)),
    // As for reports: see `run` of the compiled evaluator.
    connection.query(sql`set local enable_nestloop = off`),
  ]);
}

async function makeTables(connection: Connection, schema: string, tables: readonly string[]): Promise<void> {
  await connection.query(sql`create temporary table ${batchTable} (shard int not null, person uuid not null) on commit delete rows`);
  for (const name of tables) {
    const table = identifier(name);
    await connection.query(sql`create temporary table ${table} (like ${identifier(schema)}.${table}) on commit delete rows`);
  }
}
