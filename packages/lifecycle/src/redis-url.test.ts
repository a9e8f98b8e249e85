import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { findRedisUrl } from './redis-url.ts';
import { liveRunFile, readRunFile, removeRunFile, writeRunFile } from './run-file.ts';

const DEAD_PID = 2 ** 30; // above the largest pid that Linux gives out

function runFilePath() {
  const folder = mkdtempSync(join(tmpdir(), 'run-file-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, '.data', 'run.json');
}

const content = (pid: number) => ({
  redisUrl: 'redis://127.0.0.1:7001',
  databaseUrl: null,
  ports: { worker: 9090 },
  pid,
});

it('prefers REDIS_URL over a running demo', () => {
  const path = runFilePath();
  writeRunFile(path, content(process.pid));
  expect(findRedisUrl({ REDIS_URL: 'redis://elsewhere' }, path)).toEqual({ ok: true, redisUrl: 'redis://elsewhere' });
});

it('finds the Redis of a demo that runs', () => {
  const path = runFilePath();
  writeRunFile(path, content(process.pid));
  expect(findRedisUrl({}, path)).toEqual({ ok: true, redisUrl: 'redis://127.0.0.1:7001' });
});

it('does not trust the run file of a demo that is gone', () => {
  const path = runFilePath();
  writeRunFile(path, content(DEAD_PID));
  expect(findRedisUrl({}, path)).toMatchObject({ ok: false });
});

it.each(['', '{', 'null', '[]', '{"pid":1}', '{"redisUrl":"x","pid":"1"}', '{"redisUrl":"x","pid":0}'])(
  'takes a run file of %j for none',
  (text) => {
    const path = join(runFilePath(), '..', '..', 'run.json');
    writeFileSync(path, text);
    expect(readRunFile(path)).toBeUndefined();
  },
);

it('goes by the first run file whose demo lives', () => {
  const [here, dead, checkout] = [runFilePath(), runFilePath(), runFilePath()];
  writeRunFile(dead, content(DEAD_PID));
  expect(liveRunFile([here, dead])).toBe(here);
  writeRunFile(checkout, content(process.pid));
  expect(liveRunFile([here, dead, checkout])).toBe(checkout);
});

it('writes the run file for its user alone, and removes only its own', () => {
  const path = runFilePath();
  writeRunFile(path, content(process.pid));
  expect(statSync(path).mode & 0o777).toBe(0o600);
  removeRunFile(path, DEAD_PID);
  expect(readRunFile(path)).toEqual(content(process.pid));
  removeRunFile(path, process.pid);
  expect(readRunFile(path)).toBeUndefined();
});

it('says what to do when there is no Redis to use', () => {
  expect(findRedisUrl({}, runFilePath())).toEqual({ ok: false, problem: expect.stringContaining('npm run demo') });
});
