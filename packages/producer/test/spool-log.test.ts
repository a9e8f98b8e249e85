import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogReader } from '../src/spool/log-reader.ts';
import { NODE_DISK, type SpoolDisk } from '../src/spool/spool-disk.ts';
import { SpoolFolder } from '../src/spool/spool-folder.ts';
import { isAlive, type LockHolder, SpoolLock } from '../src/spool/spool-lock.ts';
import type { SpoolLog } from '../src/spool/spool-log.ts';
import { faultyDisk } from './fixtures/spool/faulty-disk.ts';
import { readFolder } from './fixtures/spool/read-folder.ts';
import { spoolable } from './fixtures/spool/records.ts';

let folder: string;
let opened: { spool: SpoolFolder; logs: readonly SpoolLog[] } | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cio-fleet-log-'));
});

afterEach(async () => {
  await closeFolder();
  rmSync(folder, { recursive: true, force: true });
});

async function openLog(disk: SpoolDisk = NODE_DISK, segmentBytes = 1_000_000): Promise<SpoolLog> {
  const spool = new SpoolFolder({ disk, folder, segmentBytes });
  const logs = await spool.open();
  opened = { spool, logs };
  return logs.at(-1) as SpoolLog;
}

async function closeFolder(): Promise<void> {
  for (const log of opened?.logs ?? []) await log.close();
  await opened?.spool.release();
  opened = undefined;
}

const group = (from: number, count: number) => Array.from({ length: count }, (_, n) => spoolable(from + n));
const files = (suffix = '.spool') => readdirSync(folder).filter((name) => name.endsWith(suffix));

it('begins a new file at each start, and never writes to one of a former run', async () => {
  await (await openLog()).append(group(0, 3));
  await closeFolder();
  const [first = ''] = files();
  const before = readFileSync(join(folder, first));
  await (await openLog()).append(group(3, 3));
  expect(files()).toHaveLength(2);
  expect(readFileSync(join(folder, first))).toEqual(before);
});

it('begins a new file once one is full, and removes those that are settled', async () => {
  const log = await openLog(NODE_DISK, 3_000);
  for (let n = 0; n < 100; n += 10) await log.append(group(n, 10));
  const count = files().length;
  expect(count).toBeGreaterThan(4);
  await log.settle(55);
  expect(files().length).toBeLessThan(count);
  const reader = new LogReader(log);
  const left = (await reader.read()).operations;
  expect(left[0]?.index).toBeLessThanOrEqual(56);
  await log.settle(100);
  await log.clear();
  expect(readdirSync(folder).filter((name) => !name.startsWith('lock.'))).toEqual([]);
});

it('tells the next process how far it was settled', async () => {
  const log = await openLog();
  await log.append(group(0, 10));
  await log.settle(4);
  await closeFolder();
  await openLog();
  expect(opened?.logs[0]?.settled).toBe(4);
});

it('reads everything again when the cursor is damaged', async () => {
  const log = await openLog();
  await log.append(group(0, 10));
  await log.settle(4);
  await closeFolder();
  writeFileSync(join(folder, files('.cursor')[0] ?? ''), '{"v":1,"sett');
  await openLog();
  expect(opened?.logs[0]?.settled).toBe(0);
});

it('never uses a file again whose sync failed, and cuts off what it had not promised', async () => {
  const { disk, faults, syncs } = faultyDisk();
  const log = await openLog(disk);
  await log.append(group(0, 5));
  faults.failSyncs = 1;
  await expect(log.append(group(5, 5))).rejects.toMatchObject({ code: 'EIO' });
  const failed = syncs.at(-1);
  await log.append(group(10, 5));
  await log.append(group(15, 5));
  expect(syncs.slice(2)).not.toContain(failed);
  await closeFolder();
  const found = (await readFolder(folder)).map(({ tail }) => Number(/"n":(\d+)/.exec(tail)?.[1]));
  expect(found).toEqual([0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
});

it('reads on behind the numbers of an append that failed', async () => {
  const { disk, faults } = faultyDisk();
  const log = await openLog(disk);
  const reader = new LogReader(log);
  await log.append(group(0, 2));
  expect((await reader.read()).operations.map(({ index }) => index)).toEqual([1, 2]);
  faults.failSyncs = 1;
  await log.append(group(2, 2)).catch(() => undefined);
  const place = await log.append(group(4, 2));
  expect(place).toMatchObject({ firstIndex: 5, after: 2 });
  expect((await reader.read()).operations.map(({ index }) => index)).toEqual([5, 6]);
  expect(reader.isAtEnd).toBe(true);
});

it('refuses to promise what the next process would not find: the folder was removed', async () => {
  const log = await openLog();
  await log.append(group(0, 2));
  rmSync(folder, { recursive: true });
  await expect(log.append(group(2, 2))).rejects.toMatchObject({ code: 'SPOOL_UNAVAILABLE' });
  // What was promised before can still be read by this process.
  expect((await new LogReader(log).read()).operations).toHaveLength(2);
});

it('keeps a file aside whose middle is damaged, and reads the spool on behind it', async () => {
  const log = await openLog(NODE_DISK, 3_000);
  for (let n = 0; n < 100; n += 10) await log.append(group(n, 10));
  await closeFolder();
  const second = join(folder, files().sort()[1] ?? '');
  const bytes = readFileSync(second);
  bytes[Math.floor(bytes.length / 2)] = (bytes[Math.floor(bytes.length / 2)] ?? 0) ^ 8;
  writeFileSync(second, bytes);
  await openLog();
  const former = opened?.logs[0] as SpoolLog;
  const reader = new LogReader(former);
  const damaged: (string | undefined)[] = [];
  let count = 0;
  while (!reader.isAtEnd) {
    const piece = await reader.read();
    count += piece.operations.length;
    if (piece.damaged !== undefined) damaged.push(piece.damaged);
  }
  expect(damaged).toEqual([second]);
  expect(count).toBeGreaterThan(80);
  expect(count).toBeLessThan(100);
  await former.settle(former.lastIndex);
  await former.clear();
  expect(files('.damaged')).toHaveLength(1);
  expect(files()).toEqual([]);
});

it('holds little of a large spool in memory while it reads', async () => {
  const log = await openLog(NODE_DISK, 64_000_000);
  const padding = 'x'.repeat(20_000);
  for (let n = 0; n < 40; n += 1) await log.append(Array.from({ length: 40 }, () => spoolable(n, 'p', padding)));
  expect(statSync(join(folder, files()[0] ?? '')).size).toBeGreaterThan(30_000_000);
  const reader = new LogReader(log);
  let largest = 0;
  let count = 0;
  while (!reader.isAtEnd) {
    const { operations } = await reader.read();
    largest = Math.max(largest, operations.length);
    count += operations.length;
  }
  expect(count).toBe(1_600);
  expect(largest).toBeLessThanOrEqual(26);
});

describe('the lock', () => {
  const other = (changes: Partial<LockHolder> = {}): LockHolder => ({
    pid: process.pid,
    token: 'another process with this pid',
    realm: 'another boot',
    startedAt: '1',
    ...changes,
  });

  it('refuses a second holder of the same process, and says whom to ask', async () => {
    const first = new SpoolLock(NODE_DISK, folder);
    await first.hold();
    const second = new SpoolLock(NODE_DISK, folder);
    await expect(second.hold()).rejects.toMatchObject({
      code: 'SPOOL_LOCKED',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await first.release();
    await second.hold();
    await second.release();
    expect(files('')).toEqual([]);
  });

  it.each([
    ['a process of an earlier boot or another container', other()],
    ['an earlier process with the same pid', other({ realm: 'same' })],
  ])('counts %s as dead', (_title, holder) => {
    expect(isAlive(holder, { pid: process.pid, token: 'ours', realm: 'same', startedAt: '2' })).toBe(false);
  });

  it('takes over from a process that was killed, and only one of several does', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
    const gone = once(child, 'exit');
    await new SpoolLock(NODE_DISK, folder).hold();
    const [name = ''] = files('').filter((file) => file.startsWith('lock.'));
    const holder = JSON.parse(readFileSync(join(folder, name), 'utf8')) as LockHolder;
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
    const startedAt = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    writeFileSync(join(folder, name), JSON.stringify({ ...holder, pid: child.pid, token: 'child', startedAt }));
    await expect(new SpoolLock(NODE_DISK, folder).hold()).rejects.toMatchObject({ code: 'SPOOL_LOCKED' });
    child.kill('SIGKILL');
    await gone;
    const rivals = Array.from({ length: 5 }, () => new SpoolLock(NODE_DISK, folder));
    const taken = await Promise.allSettled(rivals.map((rival) => rival.hold()));
    expect(taken.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
    for (const rival of rivals) await rival.release();
    await new SpoolLock(NODE_DISK, folder).hold();
  });

  it('ignores a lock that is damaged', async () => {
    writeFileSync(join(folder, 'lock.7'), '{"pid":');
    await new SpoolLock(NODE_DISK, folder).hold();
    expect(files('').filter((name) => name.startsWith('lock.'))).toEqual(['lock.8']);
  });
});
