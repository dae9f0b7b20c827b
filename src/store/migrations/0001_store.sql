-- Every resource is known inside the database by `key`, 64 bits of a hash of `Type/id`. Tables that hold a patient's data lead their keys with
-- `shard`, a hash of the patient, so that a Citus cluster can distribute them and keep one patient's rows on one node. Plain indexes lead with `key`: on one
-- node searches join by it alone, since a second equality that says the same would make the planner expect a four-thousandth of the rows.
-- Instants are milliseconds since the epoch, UTC.

-- Distributed by key on Citus. Ids stay taken for ever, deleted or not, and a shard never changes.
create table directory (
  key bigint primary key,
  shard int not null
);

-- All versions, for good. `body` is what clients receive, byte for byte; null on a deletion.
create table body (
  shard int not null,
  key bigint not null,
  version int not null,
  type text collate "C" not null,
  id text collate "C" not null,
  last_updated bigint not null,
  method text not null,
  write_id uuid not null,
  body text,
  primary key (shard, key, version)
);
create index body_by_time on body (type, last_updated, key, version);

-- The current version of what is not deleted, as searches see it.
create table resource (
  shard int not null,
  key bigint not null,
  type text collate "C" not null,
  id text collate "C" not null,
  version int not null,
  last_updated bigint not null,
  patient text collate "C",
  date_low bigint,
  date_high bigint,
  present int[] not null,
  tokens bigint[] not null,
  primary key (shard, key)
);
create index resource_by_key on resource (key);
create index resource_by_time on resource (type, last_updated, key);
create index resource_by_patient on resource (patient, type, date_low) where patient is not null;
-- New tokens wait in a list, which every search reads to its end, until it has this size: short enough for searches, long enough to pay.
create index resource_by_token on resource using gin (tokens) with (gin_pending_list_limit = 512);

-- The narrow tables: `parameter` is a hash of the type and of the expression that gave the value.
create table string_value (
  shard int not null,
  key bigint not null,
  parameter int not null,
  value text collate "C" not null,
  exact text collate "C" not null
);
create index string_value_by_resource on string_value (key, parameter);
create index string_value_by_value on string_value (parameter, left(value, 128));

create table date_value (
  shard int not null,
  key bigint not null,
  parameter int not null,
  low bigint not null,
  high bigint not null
);
create index date_value_by_resource on date_value (key, parameter);
create index date_value_by_value on date_value (parameter, low, high);

-- Numbers too, without a unit. `low` and `high` are as written; `unit` is the canonical UCUM unit, with the values in it, where there is one.
create table quantity_value (
  shard int not null,
  key bigint not null,
  parameter int not null,
  low float8 not null,
  high float8 not null,
  system text collate "C",
  code text collate "C",
  unit_text text collate "C",
  unit text collate "C",
  unit_low float8,
  unit_high float8
);
create index quantity_value_by_resource on quantity_value (key, parameter);
create index quantity_value_by_value on quantity_value (parameter, unit, unit_low);

create table reference_value (
  shard int not null,
  key bigint not null,
  parameter int not null,
  target_shard int,
  target bigint not null
);
create index reference_value_by_resource on reference_value (key, parameter);
create index reference_value_by_target on reference_value (target, parameter);

-- One row for each element that a composite parameter looks at (a component, a related artifact): its parts belong together.
create table composite_value (
  shard int not null,
  key bigint not null,
  parameter int not null,
  tokens bigint[] not null,
  parts jsonb
);
create index composite_value_by_resource on composite_value (key, parameter);
create index composite_value_by_token on composite_value using gin (tokens);

-- Distinct texts and URIs that tokens stand for, so that searches by a part of them find the tokens. A reference table on Citus.
create table dictionary (
  parameter int not null,
  kind text collate "C" not null,
  value text collate "C" not null,
  token bigint not null,
  primary key (parameter, kind, token)
);

-- Identifiers that belong to one resource only. Distributed by value on Citus.
create table business_identifier (
  value text collate "C" not null,
  system text collate "C" not null,
  type text collate "C" not null,
  shard int not null,
  key bigint not null,
  id text collate "C" not null,
  primary key (value, system, type)
);
create index business_identifier_by_resource on business_identifier (key);

-- One row a write: what it did, for auditors (body.write_id leads here) and for those who must be told.
create table audit (
  id uuid primary key,
  at bigint not null,
  actor text not null,
  request_id text not null,
  action text not null,
  entries text not null
);
create index audit_by_time on audit (at);

create table outbox (
  id uuid primary key,
  at bigint not null,
  -- Rows of transactions that started before the oldest one still running are all visible: a reader goes up to pg_snapshot_xmin and misses none.
  transaction xid8 not null default pg_current_xact_id(),
  entries text not null
);
create index outbox_by_transaction on outbox (transaction);

-- Secrets and marks of this database.
create table setting (
  name text primary key,
  value text not null
);
insert into setting (name, value) values ('cursor-secret', gen_random_uuid()::text || gen_random_uuid()::text);
