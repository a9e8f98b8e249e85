/** What a newer version must not find: it would have to migrate first. Kept in `user_version`. */
export const SCHEMA_VERSION = 2;

const SINCE_2 = `
CREATE TABLE journal_hours (
  hour INTEGER, workspace TEXT, source TEXT, action TEXT, outcome TEXT, error_code TEXT,
  count INTEGER NOT NULL, queued_ms_sum INTEGER NOT NULL, queued_ms_max INTEGER NOT NULL,
  PRIMARY KEY (hour, workspace, source, action, outcome, error_code)
) WITHOUT ROWID;
CREATE TABLE journal_failure_persons (
  day INTEGER, workspace TEXT, fingerprint TEXT,
  buckets TEXT NOT NULL,  -- a 1 for each that was hit
  PRIMARY KEY (day, workspace, fingerprint)
) WITHOUT ROWID;
`;

/** The same tables and columns as PostgreSQL's, in each day's file. Sums and identities are those of the file's own rows. */
export const SCHEMA = `
CREATE TABLE journal (
  time INTEGER NOT NULL, accepted_at INTEGER NOT NULL, workspace TEXT NOT NULL, operation_id TEXT NOT NULL, step INTEGER NOT NULL,
  outcome TEXT NOT NULL, person TEXT, session_id TEXT, trace_id TEXT, anonymous_id TEXT, user_id TEXT, terminal_id TEXT,
  component TEXT, source TEXT, action TEXT NOT NULL, name TEXT, attempts INTEGER, status INTEGER, error_code TEXT, reason TEXT,
  fingerprint TEXT, worker TEXT, lane TEXT, queued_ms INTEGER, key TEXT, value TEXT,
  payload,  -- text, or a blob of zstd
  UNIQUE (operation_id, step, accepted_at)
);
CREATE INDEX journal_person ON journal (person, time) WHERE person IS NOT NULL;
CREATE INDEX journal_session ON journal (session_id, time) WHERE session_id IS NOT NULL;
CREATE INDEX journal_trace ON journal (trace_id, time) WHERE trace_id IS NOT NULL;
CREATE INDEX journal_anonymous ON journal (anonymous_id, time) WHERE anonymous_id IS NOT NULL;
CREATE INDEX journal_user ON journal (user_id, time) WHERE user_id IS NOT NULL;
CREATE INDEX journal_terminal ON journal (terminal_id, time) WHERE terminal_id IS NOT NULL;
CREATE INDEX journal_component ON journal (component, time) WHERE component IS NOT NULL;
CREATE INDEX journal_failure ON journal (fingerprint, time) WHERE fingerprint IS NOT NULL;
CREATE TABLE journal_rollups (
  minute INTEGER, workspace TEXT, source TEXT, action TEXT, outcome TEXT, error_code TEXT,
  count INTEGER NOT NULL, queued_ms_sum INTEGER NOT NULL, queued_ms_max INTEGER NOT NULL,
  PRIMARY KEY (minute, workspace, source, action, outcome, error_code)
) WITHOUT ROWID;
CREATE TABLE journal_names (
  hour INTEGER, workspace TEXT, source TEXT, action TEXT, name TEXT, count INTEGER NOT NULL,
  PRIMARY KEY (hour, workspace, source, action, name)
) WITHOUT ROWID;
CREATE TABLE journal_failures (
  hour INTEGER, workspace TEXT, fingerprint TEXT, action TEXT, status INTEGER, error_code TEXT, reason TEXT,
  count INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, sample TEXT NOT NULL,
  PRIMARY KEY (hour, workspace, fingerprint, action, status, error_code, reason)
) WITHOUT ROWID;
CREATE TABLE journal_identities (
  workspace TEXT, person TEXT, alias TEXT, last_day TEXT NOT NULL, PRIMARY KEY (workspace, person, alias)
) WITHOUT ROWID;
CREATE INDEX journal_identities_alias ON journal_identities (workspace, alias);
CREATE TABLE journal_forgotten (
  at INTEGER NOT NULL, workspace TEXT NOT NULL, person_digest TEXT NOT NULL, what TEXT NOT NULL, rows INTEGER NOT NULL
);
${SINCE_2}
PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** What brings a file of version 1 up to date: its sums by the hour. How many persons its failures hit is counted anew. */
export const UPGRADE_FROM_1 = `DROP TABLE journal_failure_persons;
${SINCE_2}
INSERT INTO journal_hours
SELECT minute - minute % 3600000, workspace, source, action, outcome, error_code, SUM(count), SUM(queued_ms_sum), MAX(queued_ms_max)
FROM journal_rollups GROUP BY 1, 2, 3, 4, 5, 6;
PRAGMA user_version = ${SCHEMA_VERSION};
`;
