import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeRunFile } from '@cio-fleet/lifecycle';
import { expect, it, onTestFinished, vi } from 'vitest';
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

it('goes on when another demo that starts at the same time removes a dead one before it', () => {
  const data = dataFolder();
  const dead = join(data, `demo-${DEAD_PID}`);
  mkdirSync(dead);
  const asked = vi.spyOn(process, 'kill').mockImplementation(() => {
    rmSync(dead, { recursive: true });
    throw Object.assign(new Error('no such process'), { code: 'ESRCH' });
  });
  onTestFinished(() => asked.mockRestore());
  makeDemoFolder(data, process.pid);
  expect(asked).toHaveBeenCalledWith(DEAD_PID, 0);
  expect(readdirSync(data)).toEqual([`demo-${process.pid}`]);
});

it('removes what older versions shared, unless one of them lives', () => {
  const data = dataFolder();
  const runFile = join(data, 'run.json');
  const shared = ['demo-journal', 'demo-redis'];
  for (const name of shared) mkdirSync(join(data, name, 'files'), { recursive: true });
  const content = { redisUrl: 'redis://127.0.0.1:1', databaseUrl: null, ports: {} };
  writeRunFile(runFile, { ...content, pid: process.ppid });
  makeDemoFolder(data, process.pid);
  expect(readdirSync(data)).toEqual(expect.arrayContaining(shared));
  writeRunFile(runFile, { ...content, pid: DEAD_PID });
  makeDemoFolder(data, process.pid);
  expect(readdirSync(data).toSorted()).toEqual([`demo-${process.pid}`, 'run.json']);
});
