-- The sums by the minute once more, by the hour: a page about two weeks reads 1/60 of the lines.
CREATE TABLE journal_hours (
  hour bigint NOT NULL,
  workspace text NOT NULL,
  source text NOT NULL,
  action text NOT NULL,
  outcome text NOT NULL,
  error_code text NOT NULL,
  count bigint NOT NULL,
  queued_ms_sum bigint NOT NULL,
  queued_ms_max bigint NOT NULL,
  PRIMARY KEY (hour, workspace, source, action, outcome, error_code)
) WITH (fillfactor = 70);

INSERT INTO journal_hours
SELECT minute - minute % 3600000, workspace, source, action, outcome, error_code, SUM(count), SUM(queued_ms_sum), MAX(queued_ms_max)
FROM journal_rollups GROUP BY 1, 2, 3, 4, 5, 6;

-- Which of 4,096 buckets the persons of a group of failures hit: a line of 512 bytes a day instead of a line per bucket.
ALTER TABLE journal_failure_persons RENAME TO journal_failure_persons_by_bucket;
CREATE TABLE journal_failure_persons (
  day bigint NOT NULL,
  workspace text NOT NULL,
  fingerprint text NOT NULL,
  buckets bit(4096) NOT NULL,
  PRIMARY KEY (day, workspace, fingerprint)
) WITH (fillfactor = 50);
INSERT INTO journal_failure_persons
SELECT day, workspace, fingerprint, bit_or(set_bit(repeat('0', 4096)::bit(4096), bucket, 1))
FROM journal_failure_persons_by_bucket GROUP BY 1, 2, 3;
DROP TABLE journal_failure_persons_by_bucket;

-- What is over is looked for every minute.
CREATE INDEX journal_identities_last_day ON journal_identities (last_day);
