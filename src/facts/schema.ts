import type { FactTableViews } from './catalogue.js';
import { tableColumns } from './writer.js';

/** The DDL of fact tables: what a migration for new views is written from. A test compares the migrated database with the views, so that none is forgotten. */
export function factSchema(tables: readonly FactTableViews[]): string {
  return [opening, ...tables.map(tableSchema), dictionary, ''].join('\n\n');
}

function tableSchema(table: FactTableViews): string {
  const columns = tableColumns(table).map(({ name, type }) => `  ${name} ${type}${required.has(name) ? ' not null' : ''}`);
  const name = table.table;
  const scan =
    table.resource === 'Patient'
      ? [
          `create index ${name}_person on ${name} (shard, person) where valid_to = 'infinity';`,
          `create index ${name}_area on ${name} (area) where valid_to = 'infinity';`,
        ]
      : [
          `create index ${name}_code on ${name} (code, shard, person) where valid_to = 'infinity';`,
          `create index ${name}_person on ${name} (shard, person) where valid_to = 'infinity';`,
        ];
  return [
    `create table ${name} (`,
    [
      '  shard int not null',
      '  resource_type text not null',
      '  resource_id text not null',
      '  valid_from timestamptz not null',
      "  valid_to timestamptz not null default 'infinity'",
      ...columns,
    ].join(',\n'),
    ');',
    `create index ${name}_open on ${name} (shard, resource_id) where valid_to = 'infinity';`,
    ...scan,
  ].join('\n');
}

const opening = `-- Fact tables: what compiled measures read. Made from profiles/views by src/facts/schema.ts; a new column needs a new migration.
-- Shard first in every key (Citus). Instants are timestamps: in UTC with a positive precision where an offset was written, else as on the wall with a
-- negative one. valid_from and valid_to are the versions' instants, so that a measure can be evaluated as of any of them.`;

const required: ReadonlySet<string> = new Set(['person', 'zone', 'code', 'coding']);

const dictionary = `-- Which coding a hash stands for, for analysts: compiled SQL needs only the hashes.
create table fact_code (
  code bigint primary key,
  system text not null,
  value text not null
);`;
