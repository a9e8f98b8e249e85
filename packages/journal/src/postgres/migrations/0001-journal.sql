-- One row per transition of an operation. Partitions by day of acceptance: every row of an operation is in one of them, so a
-- pack that is delivered again after midnight meets its own rows.
CREATE TABLE journal (
  "time" bigint NOT NULL,        -- ms since the epoch
  accepted_at bigint NOT NULL,   -- ms since the epoch
  workspace text NOT NULL,
  operation_id uuid NOT NULL,    -- the bits of the ULID
  step integer NOT NULL,         -- outcome and occurrence
  outcome text NOT NULL,
  person text,
  session_id text,
  trace_id text,
  anonymous_id text,
  user_id text,
  terminal_id text,
  component text,
  source text,
  action text NOT NULL,
  name text,
  attempts integer,
  status integer,
  error_code text,
  reason text,
  fingerprint text,              -- group of equal failures
  worker text,
  lane text,
  queued_ms integer,
  key text,
  value text,
  payload json,                  -- not jsonb: that refuses what Customer.io takes, and costs more to write
  UNIQUE (operation_id, step, accepted_at)
) PARTITION BY RANGE (accepted_at);

CREATE INDEX journal_person ON journal (person, "time") WHERE person IS NOT NULL;
CREATE INDEX journal_session ON journal (session_id, "time") WHERE session_id IS NOT NULL;
CREATE INDEX journal_trace ON journal (trace_id, "time") WHERE trace_id IS NOT NULL;
CREATE INDEX journal_anonymous ON journal (anonymous_id, "time") WHERE anonymous_id IS NOT NULL;
CREATE INDEX journal_user ON journal (user_id, "time") WHERE user_id IS NOT NULL;
CREATE INDEX journal_terminal ON journal (terminal_id, "time") WHERE terminal_id IS NOT NULL;
CREATE INDEX journal_component ON journal (component, "time") WHERE component IS NOT NULL;
CREATE INDEX journal_failure ON journal (fingerprint, "time") WHERE fingerprint IS NOT NULL;
CREATE INDEX journal_time ON journal USING brin ("time");

-- What fits no day: operations accepted long ago, or by a clock gone wrong.
CREATE TABLE journal_default PARTITION OF journal DEFAULT;

CREATE TABLE journal_rollups (
  minute bigint NOT NULL,
  workspace text NOT NULL,
  source text NOT NULL,
  action text NOT NULL,
  outcome text NOT NULL,
  error_code text NOT NULL,
  count bigint NOT NULL,
  queued_ms_sum bigint NOT NULL,
  queued_ms_max bigint NOT NULL,
  PRIMARY KEY (minute, workspace, source, action, outcome, error_code)
) WITH (fillfactor = 70);

CREATE TABLE journal_names (
  hour bigint NOT NULL,
  workspace text NOT NULL,
  source text NOT NULL,
  action text NOT NULL,
  name text NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (hour, workspace, source, action, name)
) WITH (fillfactor = 70);

CREATE TABLE journal_failures (
  hour bigint NOT NULL,
  workspace text NOT NULL,
  fingerprint text NOT NULL,
  action text NOT NULL,
  status integer NOT NULL,
  error_code text NOT NULL,
  reason text NOT NULL,
  count bigint NOT NULL,
  first_at bigint NOT NULL,
  last_at bigint NOT NULL,
  sample uuid NOT NULL,
  PRIMARY KEY (hour, workspace, fingerprint, action, status, error_code, reason)
) WITH (fillfactor = 70);

CREATE TABLE journal_failure_persons (
  day bigint NOT NULL,
  workspace text NOT NULL,
  fingerprint text NOT NULL,
  bucket integer NOT NULL,
  PRIMARY KEY (day, workspace, fingerprint, bucket)
);

CREATE TABLE journal_identities (
  workspace text NOT NULL,
  person text NOT NULL,
  alias text NOT NULL,
  last_day text NOT NULL,
  PRIMARY KEY (workspace, person, alias)
);
CREATE INDEX journal_identities_alias ON journal_identities (workspace, alias);

CREATE TABLE journal_rejects (
  at bigint NOT NULL,
  workspace text NOT NULL,
  operation_id uuid NOT NULL,
  problem text NOT NULL
);

-- Proof that somebody was forgotten. Who it was is known only to whoever can make the same digest.
CREATE TABLE journal_forgotten (
  at bigint NOT NULL,
  workspace text NOT NULL,
  person_digest text NOT NULL,
  what text NOT NULL,
  rows bigint NOT NULL
);
