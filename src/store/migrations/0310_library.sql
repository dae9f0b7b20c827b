-- ELM that was made here, by what it was made from: `key` is a hash of the CQL, of everything that it includes, of the translator and of the model infos. Another of
-- any of these is another row, so that nothing here is ever out of date. A reference table on Citus.
create table cql_elm (
  key text primary key,
  library text not null,
  cql_hash text not null,
  translator text not null,
  model_info text not null,
  elm text not null,
  made_at timestamptz not null default now()
);

-- What a stored Library rests on since it took effect: its ELM, and the value sets and code systems that it names, each pinned to the version found.
create table library_activation (
  library_id text primary key,
  canonical text not null,
  cql_hash text not null,
  translator text not null,
  model_info text not null,
  terminology jsonb not null,
  at timestamptz not null default now()
);

-- What is known of two engines' agreement on a measure. `key` is a hash of the program, the libraries, the statement and the value sets: another is another measure.
create table measure_agreement (
  measure text primary key,
  key text not null,
  state text not null check (state in ('agreed', 'differs', 'failed')),
  generated int not null,
  stored int not null,
  criteria text[] not null,
  -- Of a generated person all, of one in the store only the key.
  smallest jsonb,
  person text,
  reason text,
  checked_at timestamptz not null
);
