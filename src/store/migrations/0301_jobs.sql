-- Requests that are answered later (Prefer: respond-async). `runner` is the process that works on a job; while it does, `seen_at` says that it is alive.
-- The answer is kept until `expires_at`. Instants are milliseconds since the epoch, UTC.
create table job (
  id uuid primary key,
  owner text not null,
  request text not null,
  state text not null,
  progress text not null,
  runner uuid not null,
  created_at bigint not null,
  seen_at bigint not null,
  expires_at bigint,
  answer text
);
create index job_by_expiry on job (expires_at) where expires_at is not null;
