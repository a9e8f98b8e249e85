import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

const lockModule = new URL('lock.mjs', import.meta.url).href;
const DEAD_PID = 2 ** 30; // above the largest pid that Linux gives out

/** Adds one to a number in a file, in two steps, so that two at a time would lose one. */
const ADD_ONE = `
  const { withLock } = await import(process.argv[1]);
  const { readFileSync, writeFileSync } = await import('node:fs');
  const { setTimeout } = await import('node:timers/promises');
  await withLock(process.argv[2], async () => {
    const count = Number(readFileSync(process.argv[3], 'utf8'));
    await setTimeout(5);
    writeFileSync(process.argv[3], String(count + 1));
  });
`;

function setUp() {
  const folder = mkdtempSync(join(tmpdir(), 'lock-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const lockFile = join(folder, 'sub', 'lock');
  const counter = join(folder, 'counter');
  writeFileSync(counter, '0');
  const addOne = () =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', ADD_ONE, lockModule, lockFile, counter]);
  return { lockFile, addOne, count: () => Number(readFileSync(counter, 'utf8')) };
}

it('lets one process at a time work, and leaves no lock behind', async () => {
  const { lockFile, addOne, count } = setUp();
  await Promise.all(Array.from({ length: 5 }, addOne));
  expect(count()).toBe(5);
  expect(existsSync(lockFile)).toBe(false);
});

it('takes over the lock of a process that is gone', async () => {
  const { lockFile, addOne, count } = setUp();
  await addOne();
  writeFileSync(lockFile, String(DEAD_PID));
  await Promise.all([addOne(), addOne(), addOne()]);
  expect(count()).toBe(4);
});
