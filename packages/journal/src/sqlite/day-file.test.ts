import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { isReady, openForReading, openForWriting } from './day-file.ts';
import { SCHEMA } from './schema.ts';

it('brings a file of version 1 up to date, and readers leave it alone until then', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-journal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'journal-2026-11-21.db');
  const old = new DatabaseSync(file);
  old.exec(`${SCHEMA} DROP TABLE journal_hours; DROP TABLE journal_failure_persons;
    CREATE TABLE journal_failure_persons (day INTEGER, workspace TEXT, fingerprint TEXT, bucket INTEGER);
    INSERT INTO journal_rollups VALUES (3600000, 'w', '', 'track', 'delivered', '', 2, 30, 20), (3660000, 'w', '', 'track', 'delivered', '', 3, 10, 5);
    PRAGMA user_version = 1`);
  old.close();

  const reader = openForReading(file);
  expect(isReady(reader)).toBe(false);
  reader.close();

  openForWriting(file).close();
  const readable = openForReading(file);
  onTestFinished(() => readable.close());
  expect(isReady(readable)).toBe(true);
  const sums = readable.prepare('SELECT hour, count, queued_ms_sum, queued_ms_max FROM journal_hours').all();
  expect(sums).toEqual([{ hour: 3_600_000, count: 5, queued_ms_sum: 40, queued_ms_max: 20 }]);
});
