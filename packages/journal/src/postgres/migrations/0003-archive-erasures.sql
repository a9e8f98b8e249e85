-- Whom archived days are to forget yet. Written with the erasure of the rows, deleted once no archived file has them.
CREATE TABLE journal_archive_erasures (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at bigint NOT NULL,
  workspace text NOT NULL,
  persons text NOT NULL,         -- JSON
  aliases text NOT NULL,         -- JSON: what was tied to them; with the rows the journal forgets that
  what text NOT NULL,
  accepted_until bigint NOT NULL
);
