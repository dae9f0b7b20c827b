import type { Queryable } from '../../cql/evaluator.js';
import { factTables, factViews } from '../../facts/catalogue.js';
import { factWriter } from '../../facts/writer.js';
import type { JsonObject } from '../../fhir/resource.js';
import { identifier, sql } from '../../sql.js';
import type { Connection, Database } from '../../store/database.js';
import type { FactInput } from '../../store/facts.js';
import { temporaryFirst } from '../../store/kept/gather.js';
import { patientShard } from '../../store/shard.js';
import { factStatements } from '../../store/write/fact-rows.js';
import type { BoundaryPerson } from './persons.js';

const insertSize = 5000;

/**
 * Runs `work` where the facts are those of `persons` and nobody else: fact tables of one transaction stand before the stored ones and are gone when it ends,
 * so that what is stored is neither seen nor touched.
 */
export function withScratchFacts<Value>(
  database: Pick<Database, 'transaction'>,
  persons: readonly BoundaryPerson[],
  work: (facts: Queryable) => Promise<Value>,
): Promise<Value> {
  const writer = factWriter(factTables(factViews()));
  const tables = writer.tables.filter(({ versioned }) => versioned !== false).map(({ name }) => identifier(name));
  return database.transaction(async (connection) => {
    // The session may have some of its own, as `gatherFacts` makes them.
    await connection.query(sql`discard temp`);
    await connection.query(temporaryFirst);
    // Without indexes: everyone is read.
    for (const table of tables)
      await connection.query(sql`create temporary table ${table} (like ${table} including defaults) on commit drop`);
    for (let start = 0; start < persons.length; start += insertSize) {
      const inputs = persons.slice(start, start + insertSize).flatMap(factInputs);
      for (const statement of factStatements(writer, inputs)) await connection.query(statement);
    }
    // Without statistics the planner guesses.
    for (const table of tables) await connection.query(sql`analyze ${table}`);
    return work(queryable(connection));
  });
}

/** Everything of a generated person belongs to that person, wherever a broken reference points. */
function factInputs({ id, resources }: BoundaryPerson): readonly FactInput[] {
  return resources.map((resource) => ({
    shard: patientShard(id),
    type: resource.resourceType,
    id: resource.id ?? id,
    version: 1,
    at: 0,
    patient: id,
    resource: resource as typeof resource & JsonObject,
    deleted: false,
  }));
}

/** A transaction within is a savepoint: what fails there leaves the facts as they were. */
function queryable(connection: Connection): Queryable {
  return {
    query: (statement) => connection.query(statement),
    transaction: async (work) => {
      await connection.query(sql`savepoint inner_work`);
      try {
        return await work(connection);
      } catch (error) {
        await connection.query(sql`rollback to savepoint inner_work`);
        throw error;
      } finally {
        await connection.query(sql`release savepoint inner_work`);
      }
    },
  };
}
