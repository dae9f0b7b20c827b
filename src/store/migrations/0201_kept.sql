-- Memberships that are kept up to date, so that a page or report reads counters instead of people.

-- Measures and periods that are kept. A generation is one complete set of members and counters; the next one is built beside it and takes its place at once.
-- One node's table on Citus, as `counter` and `dirty_person`' reader: few rows, written by one worker at a time.
create table kept_measure (
  generation int primary key,
  -- `url|version` of the Measure.
  measure text collate "C" not null,
  -- `2026`, `2026-Q1` or `2026-01`, and its days.
  period text collate "C" not null,
  period_start text collate "C" not null,
  period_end text collate "C" not null,
  -- Of everything that decides the numbers beside the facts: Measure, libraries, value sets, fact tables, engine.
  hash text not null,
  -- queued, building (its members are on their way), built (what changed meanwhile is being brought in), current, closed (only its counters stay), retired.
  state text not null,
  created_at bigint not null,
  -- The instant at which the clock next changes what a plan that reads it says; null where none does.
  next_change bigint,
  -- Of a closed one: the instant as of which it was counted.
  closed_at bigint
);
create index kept_measure_by_measure on kept_measure (measure, period_start, period_end);

-- Who meets any criterion. `area` is empty for people without a village; `stratum` holds the values of stratifiers and observations as JSON, empty where none are asked for.
create table member (
  shard int not null,
  generation int not null,
  person uuid not null,
  area text collate "C" not null,
  bits bigint not null,
  stratum text collate "C" not null,
  primary key (shard, generation, person)
);

-- How many members have which criteria: always the sum of `member`, moved in the same transaction.
create table counter (
  generation int not null,
  area text collate "C" not null,
  bits bigint not null,
  stratum text collate "C" not null,
  n int not null,
  primary key (generation, area, bits, stratum)
);

-- Whose facts changed and by what, one row a write and person, in the write's transaction. A reader deletes just the rows that it has read: what is written
-- meanwhile stays. `generation` is 0 for all, else that of the one that was being built when the row was read for the others.
create table dirty_person (
  shard int not null,
  person uuid not null,
  write_id uuid not null,
  generation int not null,
  at bigint not null,
  touched bigint[] not null,
  primary key (shard, person, write_id, generation)
);
