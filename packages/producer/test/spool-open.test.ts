import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Enqueuer } from '../src/enqueuer.ts';
import { FailureReport } from '../src/failure-report.ts';
import { producerSettings } from '../src/producer-options.ts';
import { NODE_DISK, type SpoolDisk } from '../src/spool/spool-disk.ts';
import { SpoolFolder } from '../src/spool/spool-folder.ts';
import { watchedDisk } from '../src/spool/watched-disk.ts';
import { spoolable } from './fixtures/spool/records.ts';

const RUNS = 5;
let spoolDir: string;

beforeEach(async () => {
  spoolDir = mkdtempSync(join(tmpdir(), 'cio-fleet-open-'));
  for (let run = 0; run < RUNS; run += 1) {
    const folder = new SpoolFolder({ disk: NODE_DISK, folder: join(spoolDir, 'default'), segmentBytes: 1_000_000 });
    const logs = await folder.open();
    await logs.at(-1)?.append([spoolable(run)]);
    for (const log of logs) await log.close();
    await folder.release();
  }
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(spoolDir, { recursive: true, force: true });
});

/** A disk that takes its time for each answer. The time is the test's. */
function slowDisk(answerMs: number): { readonly disk: SpoolDisk; readonly answers: () => number } {
  let answers = 0;
  const disk = watchedDisk(NODE_DISK, () => {
    answers += 1;
    vi.advanceTimersByTime(answerMs);
  });
  return { disk, answers: () => answers };
}

it('finds what all former runs left, however long that takes in all', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const failures: string[] = [];
  const report = new FailureReport(({ code }) => failures.push(code), undefined);
  const { disk, answers } = slowDisk(1_500);
  const settings = producerSettings({ spoolDir, redisUrl: 'redis://127.0.0.1:1' });
  const enqueuer = new Enqueuer(settings, report, { disk });
  enqueuer.start();
  // By turns of the loop: time stands still but for the disk.
  while (enqueuer.spoolState()?.operations !== RUNS && failures.length === 0) await setImmediate();
  expect(answers()).toBeGreaterThan(20);
  expect(failures).toEqual([]);
  vi.useRealTimers();
  await enqueuer.close(0);
});
