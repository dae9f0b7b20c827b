import type { MeasureEvaluator, MeasurementPeriod, MeasureProgram } from '../../../cql/program.js';
import { sql } from '../../../sql.js';
import type { Database } from '../../../store/database.js';
import { compareResults } from '../compare.js';

export interface StoredComparison {
  readonly persons: number;
  /** The person who differs with the fewest resources, and in what. */
  readonly difference?: { readonly person: string; readonly criteria: readonly string[] };
}

/** Compares the engines on up to `count` persons of the store, drawn by chance. A person who differs is asked about again, since a write may have come between. */
export async function compareStored(
  database: Pick<Database, 'query'>,
  engines: { readonly reference: MeasureEvaluator; readonly sql: MeasureEvaluator },
  program: MeasureProgram,
  period: MeasurementPeriod,
  count: number,
): Promise<StoredComparison> {
  const rows = await database.query(sql`
    select resource_id as id from fact_person where valid_to = 'infinity' order by random() limit ${count}::int`);
  const ids = rows.map(({ id }) => String(id));
  const first = await differing(ids);
  const found = first.length === 0 ? first : await differing(first.map(({ person }) => person));
  if (found.length === 0) return { persons: ids.length };
  const [smallest] = await database.query(sql`
    select patient, count(*) as resources from resource
    where patient = any(${found.map(({ person }) => person)}::text[]) group by patient order by resources, patient limit 1`);
  const difference = found.find(({ person }) => person === smallest?.['patient']) ?? found[0];
  return { persons: ids.length, ...(difference ? { difference } : {}) };

  async function differing(persons: readonly string[]): ReturnType<typeof compareResults> extends infer Found ? Promise<Found> : never {
    if (persons.length === 0) return [];
    const subjects = { kind: 'persons', ids: persons } as const;
    const [left, right] = await Promise.all([
      engines.reference.persons(program, period, subjects),
      engines.sql.persons(program, period, subjects),
    ]);
    return compareResults(program, left, right);
  }
}
