import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteUrl, writeRunFile } from '@cio-fleet/lifecycle';
import { expect, it, onTestFinished } from 'vitest';
import { readDashboardConfig } from './config.ts';

function runFileOfDemo(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dashboard-run-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'run.json');
  const databaseUrl = sqliteUrl('/data/journal');
  writeRunFile(path, { redisUrl: 'redis://127.0.0.1:1', databaseUrl, ports: {}, pid: process.pid });
  return path;
}

const placeOf = (env: Readonly<Record<string, string>>) => {
  const read = readDashboardConfig({ CUSTOMERIO_SITE_ID: 's', CUSTOMERIO_TRACK_API_KEY: 'k', ...env }, runFileOfDemo());
  return read.ok ? read.config.journal.place : read.problems;
};

it("reads the journal of the running demo beside the demo's Redis", () => {
  expect(placeOf({})).toEqual({ kind: 'sqlite', folder: '/data/journal' });
});

it('reads its own journal, or none, where a Redis is named', () => {
  expect(placeOf({ REDIS_URL: 'redis://127.0.0.1:2' })).toBeUndefined();
  expect(placeOf({ JOURNAL_DIR: '/own' })).toEqual({ kind: 'sqlite', folder: '/own' });
});
