import { factTables, factViews } from '../../src/facts/catalogue.js';
import { tableColumns } from '../../src/facts/writer.js';
import { identifier, type SqlFragment, sql } from '../../src/sql.js';
import type { Database } from '../../src/store/database.js';
import { loadFacts } from '../cql/load-facts.js';
import type { Persons } from './measure-people.js';

export const villages = 2000;

const tables = factTables(factViews());
/** Copies that one statement makes of everybody. */
const copiesAtOnce = 8;

/**
 * Writes the persons' facts, of the resource types given or of all, and copies them inside the database until there are enough persons: copy by copy, as people come one
 * after the other, each to one of the villages.
 */
export async function fill(database: Database, persons: Persons, count = 100_000, types?: ReadonlySet<string>): Promise<void> {
  await loadFacts(database, persons.flat());
  const copies = Math.ceil(count / persons.length);
  for (const table of tables) {
    if (types && !types.has(table.resource)) {
      await run(database, `truncate ${table.table}`);
      continue;
    }
    const begun = performance.now();
    // Indexes are made once the rows are there, which takes half the time.
    const indexes = await database.query(
      sql`select indexname as name, indexdef as text from pg_indexes where schemaname = current_schema and tablename = ${table.table}`,
    );
    for (const { name } of indexes) await database.query(sql`drop index ${identifier(String(name))}`);
    await run(database, `create unlogged table first_rows as select * from ${table.table} where valid_to = 'infinity'`);
    await run(database, `truncate ${table.table}`);
    await run(database, `alter table ${table.table} set unlogged`);
    const starts = Array.from({ length: Math.ceil(copies / copiesAtOnce) }, (_, place) => place * copiesAtOnce);
    await together(starts, (start) => run(database, copyText(table, start, Math.min(copies, start + copiesAtOnce))));
    await run(database, 'drop table first_rows');
    await together(indexes, ({ text }) => run(database, String(text)));
    await run(database, `vacuum analyze ${table.table}`);
    process.stderr.write(`${table.table} filled for ${count} persons in ${Math.round((performance.now() - begun) / 1000)} s\n`);
  }
}

/** The rows of copies from one number to before another. References to resources of the same person follow their copies. */
function copyText(table: (typeof tables)[number], from: number, to: number): string {
  const own = tableColumns(table).map(({ name }) => name);
  const values = own.map((name) => {
    if (name === 'person') return 'md5(f.person::text || g)::uuid';
    if (name === 'area') return `left(f.area, 4) || lpad(((f.shard * 7 + g * 13) % ${villages})::text, 6, '0')`;
    return name === 'episode_of_care' ? `replace(f.episode_of_care::text, '"}', '-' || g || '"}')::jsonb` : `f.${name}`;
  });
  return `insert into ${table.table} (shard, resource_type, resource_id, valid_from, ${own.join(', ')})
    select (f.shard + g * 11) % 4096, f.resource_type, f.resource_id || '-' || g, f.valid_from, ${values.join(', ')}
    from generate_series(${from}, ${to - 1}) g cross join lateral (select * from first_rows offset g * 0) f`;
}

/** Two at a time. */
async function together<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let place = next++; place < items.length; place = next++) await work(items[place] as Item);
  };
  await Promise.all([worker(), worker()]);
}

async function run(database: Database, text: string): Promise<void> {
  const statement: SqlFragment = { ...sql``, strings: [text] };
  await database.query(statement);
}
