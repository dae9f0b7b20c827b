-- Fact tables: what compiled measures read. Made from profiles/views by src/facts/schema.ts; a new column needs a new migration.
-- Shard first in every key (Citus). Instants are timestamps: in UTC with a positive precision where an offset was written, else as on the wall with a
-- negative one. valid_from and valid_to are the versions' instants, so that a measure can be evaluated as of any of them.

create table fact_condition (
  shard int not null,
  resource_type text not null,
  resource_id text not null,
  valid_from timestamptz not null,
  valid_to timestamptz not null default 'infinity',
  person uuid not null,
  code bigint not null,
  coding smallint not null,
  code_all bigint[],
  clinical_status bigint[],
  verification_status bigint[],
  category jsonb,
  onset_date_time_lo timestamp,
  onset_date_time_hi timestamp,
  onset_date_time_precision smallint,
  onset_period_start_lo timestamp,
  onset_period_start_hi timestamp,
  onset_period_start_precision smallint,
  onset_period_end_lo timestamp,
  onset_period_end_hi timestamp,
  onset_period_end_precision smallint,
  abatement_date_time_lo timestamp,
  abatement_date_time_hi timestamp,
  abatement_date_time_precision smallint,
  abatement_period_start_lo timestamp,
  abatement_period_start_hi timestamp,
  abatement_period_start_precision smallint,
  abatement_period_end_lo timestamp,
  abatement_period_end_hi timestamp,
  abatement_period_end_precision smallint,
  recorded_date_lo timestamp,
  recorded_date_hi timestamp,
  recorded_date_precision smallint,
  encounter_reference text
);
create index fact_condition_open on fact_condition (shard, resource_id) where valid_to = 'infinity';
create index fact_condition_code on fact_condition (code, shard, person) where valid_to = 'infinity';
create index fact_condition_person on fact_condition (shard, person) where valid_to = 'infinity';

create table fact_encounter (
  shard int not null,
  resource_type text not null,
  resource_id text not null,
  valid_from timestamptz not null,
  valid_to timestamptz not null default 'infinity',
  person uuid not null,
  code bigint not null,
  coding smallint not null,
  type jsonb,
  status text,
  class bigint[],
  class_code text,
  period_start_lo timestamp,
  period_start_hi timestamp,
  period_start_precision smallint,
  period_end_lo timestamp,
  period_end_hi timestamp,
  period_end_precision smallint,
  reason_code jsonb,
  service_provider_reference text,
  episode_of_care jsonb,
  identifier jsonb,
  participant jsonb
);
create index fact_encounter_open on fact_encounter (shard, resource_id) where valid_to = 'infinity';
create index fact_encounter_code on fact_encounter (code, shard, person) where valid_to = 'infinity';
create index fact_encounter_person on fact_encounter (shard, person) where valid_to = 'infinity';

create table fact_episode_of_care (
  shard int not null,
  resource_type text not null,
  resource_id text not null,
  valid_from timestamptz not null,
  valid_to timestamptz not null default 'infinity',
  person uuid not null,
  code bigint not null,
  coding smallint not null,
  type jsonb,
  status text,
  period_start_lo timestamp,
  period_start_hi timestamp,
  period_start_precision smallint,
  period_end_lo timestamp,
  period_end_hi timestamp,
  period_end_precision smallint,
  managing_organization_reference text,
  identifier jsonb
);
create index fact_episode_of_care_open on fact_episode_of_care (shard, resource_id) where valid_to = 'infinity';
create index fact_episode_of_care_code on fact_episode_of_care (code, shard, person) where valid_to = 'infinity';
create index fact_episode_of_care_person on fact_episode_of_care (shard, person) where valid_to = 'infinity';

create table fact_immunization (
  shard int not null,
  resource_type text not null,
  resource_id text not null,
  valid_from timestamptz not null,
  valid_to timestamptz not null default 'infinity',
  person uuid not null,
  code bigint not null,
  coding smallint not null,
  vaccine_code bigint[],
  status text,
  status_reason bigint[],
  occurrence_date_time_lo timestamp,
  occurrence_date_time_hi timestamp,
  occurrence_date_time_precision smallint,
  occurrence_string text,
  recorded_lo timestamp,
  recorded_hi timestamp,
  recorded_precision smallint,
  primary_source boolean,
  lot_number text,
  encounter_reference text,
  protocol_applied jsonb
);
create index fact_immunization_open on fact_immunization (shard, resource_id) where valid_to = 'infinity';
create index fact_immunization_code on fact_immunization (code, shard, person) where valid_to = 'infinity';
create index fact_immunization_person on fact_immunization (shard, person) where valid_to = 'infinity';

create table fact_medication_dispense (
  shard int not null,
  resource_type text not null,
  resource_id text not null,
  valid_from timestamptz not null,
  valid_to timestamptz not null default 'infinity',
  person uuid not null,
  code bigint not null,
  coding smallint not null,
  medication bigint[],
  status text,
  quantity_num numeric,
  quantity_dimension text,
  quantity_value numeric,
  quantity_unit text,
  days_supply_num numeric,
  days_supply_dimension text,
  days_supply_value numeric,
  days_supply_unit text,
  when_prepared_lo timestamp,
  when_prepared_hi timestamp,
  when_prepared_precision smallint,
  when_handed_over_lo timestamp,
  when_handed_over_hi timestamp,
  when_handed_over_precision smallint
);
create index fact_medication_dispense_open on fact_medication_dispense (shard, resource_id) where valid_to = 'infinity';
create index fact_medication_dispense_code on fact_medication_dispense (code, shard, person) where valid_to = 'infinity';
create index fact_medication_dispense_person on fact_medication_dispense (shard, person) where valid_to = 'infinity';

create table fact_medication_request (
  shard int not null,
  resource_type text not null,
  resource_id text not null,
  valid_from timestamptz not null,
  valid_to timestamptz not null default 'infinity',
  person uuid not null,
  code bigint not null,
  coding smallint not null,
  medication bigint[],
  status text,
  intent text,
  authored_on_lo timestamp,
  authored_on_hi timestamp,
  authored_on_precision smallint,
  encounter_reference text
);
create index fact_medication_request_open on fact_medication_request (shard, resource_id) where valid_to = 'infinity';
create index fact_medication_request_code on fact_medication_request (code, shard, person) where valid_to = 'infinity';
create index fact_medication_request_person on fact_medication_request (shard, person) where valid_to = 'infinity';

create table fact_observation (
  shard int not null,
  resource_type text not null,
  resource_id text not null,
  valid_from timestamptz not null,
  valid_to timestamptz not null default 'infinity',
  person uuid not null,
  code bigint not null,
  coding smallint not null,
  code_all bigint[],
  status text,
  category jsonb,
  effective_date_time_lo timestamp,
  effective_date_time_hi timestamp,
  effective_date_time_precision smallint,
  effective_period_start_lo timestamp,
  effective_period_start_hi timestamp,
  effective_period_start_precision smallint,
  effective_period_end_lo timestamp,
  effective_period_end_hi timestamp,
  effective_period_end_precision smallint,
  value_quantity_num numeric,
  value_quantity_dimension text,
  value_quantity_value numeric,
  value_quantity_unit text,
  value_concept bigint[],
  value_date_time_lo timestamp,
  value_date_time_hi timestamp,
  value_date_time_precision smallint,
  value_boolean boolean,
  value_integer integer,
  value_string text,
  interpretation jsonb,
  encounter_reference text,
  component jsonb
);
create index fact_observation_open on fact_observation (shard, resource_id) where valid_to = 'infinity';
create index fact_observation_code on fact_observation (code, shard, person) where valid_to = 'infinity';
create index fact_observation_person on fact_observation (shard, person) where valid_to = 'infinity';

create table fact_person (
  shard int not null,
  resource_type text not null,
  resource_id text not null,
  valid_from timestamptz not null,
  valid_to timestamptz not null default 'infinity',
  person uuid not null,
  area text,
  zone smallint not null,
  active boolean,
  gender text,
  birth_date_lo date,
  birth_date_hi date,
  birth_date_precision smallint,
  deceased_boolean boolean,
  deceased_date_time_lo timestamp,
  deceased_date_time_hi timestamp,
  deceased_date_time_precision smallint,
  identifier jsonb
);
create index fact_person_open on fact_person (shard, resource_id) where valid_to = 'infinity';
create index fact_person_person on fact_person (shard, person) where valid_to = 'infinity';
create index fact_person_area on fact_person (area) where valid_to = 'infinity';

create table fact_procedure (
  shard int not null,
  resource_type text not null,
  resource_id text not null,
  valid_from timestamptz not null,
  valid_to timestamptz not null default 'infinity',
  person uuid not null,
  code bigint not null,
  coding smallint not null,
  code_all bigint[],
  status text,
  category bigint[],
  performed_date_time_lo timestamp,
  performed_date_time_hi timestamp,
  performed_date_time_precision smallint,
  performed_period_start_lo timestamp,
  performed_period_start_hi timestamp,
  performed_period_start_precision smallint,
  performed_period_end_lo timestamp,
  performed_period_end_hi timestamp,
  performed_period_end_precision smallint,
  reason_code jsonb,
  encounter_reference text
);
create index fact_procedure_open on fact_procedure (shard, resource_id) where valid_to = 'infinity';
create index fact_procedure_code on fact_procedure (code, shard, person) where valid_to = 'infinity';
create index fact_procedure_person on fact_procedure (shard, person) where valid_to = 'infinity';

-- Which coding a hash stands for, for analysts: compiled SQL needs only the hashes.
create table fact_code (
  code bigint primary key,
  system text not null,
  value text not null
);

