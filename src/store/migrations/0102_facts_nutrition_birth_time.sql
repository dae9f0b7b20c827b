-- Facts of the hour of birth and of supplementary food.
alter table fact_person add column birth_date_extension jsonb;

create table fact_nutrition_order (
  shard int not null,
  resource_type text not null,
  resource_id text not null,
  valid_from timestamptz not null,
  valid_to timestamptz not null default 'infinity',
  person uuid not null,
  code bigint not null,
  coding smallint not null,
  status text,
  intent text,
  date_time_lo timestamp,
  date_time_hi timestamp,
  date_time_precision smallint,
  encounter_reference text,
  supplement jsonb
);
create index fact_nutrition_order_open on fact_nutrition_order (shard, resource_id) where valid_to = 'infinity';
create index fact_nutrition_order_code on fact_nutrition_order (code, shard, person) where valid_to = 'infinity';
create index fact_nutrition_order_person on fact_nutrition_order (shard, person) where valid_to = 'infinity';
