import { identifier, type SqlFragment, sql } from '../../sql.js';

/** Where the persons of a batch stand while it is worked on. */
export const batchTable: SqlFragment = sql`dirty_batch`;

/**
 * Lays the facts of a batch of persons over the fact tables until the transaction ends: temporary tables of the same names, which PostgreSQL looks at first. A statement
 * for the whole population then sees the batch alone. Found once by their keys they serve every measure, each with the plan of a small population; a restriction
 * inside a statement would be lost in its joins, of which the planner can't guess the sizes. To be sent in order.
 */
export function gatherFacts(
  tables: readonly string[],
  { shards, persons }: { readonly shards: readonly number[]; readonly persons: readonly string[] },
): readonly SqlFragment[] {
  return [
    sql`create temporary table ${batchTable} (shard int not null, person uuid not null) on commit drop`,
    sql`insert into ${batchTable} select b.shard, b.person from unnest(${`{${shards.join(',')}}`}::int[], ${`{${persons.join(',')}}`}::uuid[]) b(shard, person)`,
    sql`analyze ${batchTable}`,
    // By the index, however much the planner would like to read the whole table.
    sql`set local enable_hashjoin = off`,
    sql`set local enable_mergejoin = off`,
    ...tables.flatMap((name) => {
      const table = identifier(name);
      return [
        sql`
          create temporary table ${table} on commit drop as
          select f.*
          from ${batchTable} b
          join ${table} f on f.shard = b.shard and f.person = b.person
          where f.valid_to = 'infinity'`,
        sql`analyze ${table}`,
      ];
    }),
    sql`set local enable_hashjoin = on`,
    sql`set local enable_mergejoin = on`,
  ];
}
