import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeDemoFolder } from './demo-folder.ts';

const DEAD_PID = 2 ** 30; // above the largest pid that Linux gives out

function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'demo-folder-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

it('leaves the data of a demo that lives alone, and removes those of a dead one', () => {
  const data = dataFolder();
  mkdirSync(join(data, `demo-${process.ppid}`, 'redis'), { recursive: true });
  mkdirSync(join(data, `demo-${DEAD_PID}`, 'redis'), { recursive: true });
  writeFileSync(join(data, 'run.json'), '{}');
  const folder = makeDemoFolder(data, process.pid);
  expect(readdirSync(data).toSorted()).toEqual([`demo-${process.pid}`, `demo-${process.ppid}`, 'run.json'].toSorted());
  expect(existsSync(folder)).toBe(true);
});

it('begins with an empty folder where a dead process had the same pid', () => {
  const data = dataFolder();
  mkdirSync(join(data, `demo-${process.pid}`, 'redis'), { recursive: true });
  expect(readdirSync(makeDemoFolder(data, process.pid))).toEqual([]);
});
