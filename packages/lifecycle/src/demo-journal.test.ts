import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { sqliteUrl, withDemoJournal } from './demo-journal.ts';
import { writeRunFile } from './run-file.ts';

function runFile(databaseUrl: string | null): string {
  const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-run-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'run.json');
  writeRunFile(path, { redisUrl: 'redis://127.0.0.1:1', databaseUrl, ports: {}, pid: process.pid });
  return path;
}

it("uses the journal of the demo beside the demo's Redis", () => {
  expect(withDemoJournal({}, runFile(sqliteUrl('/data/journal')))).toEqual({ JOURNAL_DIR: '/data/journal' });
  expect(withDemoJournal({}, runFile('postgres://127.0.0.1/j'))).toEqual({ DATABASE_URL: 'postgres://127.0.0.1/j' });
});

it('leaves an environment alone that names a Redis or a journal, and where the demo has none', () => {
  const path = runFile(sqliteUrl('/data/journal'));
  for (const env of [{ REDIS_URL: 'redis://r' }, { JOURNAL_DIR: '/own' }, { DATABASE_URL: 'postgres://own' }]) {
    expect(withDemoJournal(env, path)).toEqual(env);
  }
  expect(withDemoJournal({}, runFile(null))).toEqual({});
});
