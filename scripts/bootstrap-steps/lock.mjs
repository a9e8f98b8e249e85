import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { say } from './report.mjs';

const POLL_MS = 100;

/** Runs `work` while no other process on this machine runs under the same lock file. The lock of a dead process counts for nothing. */
export async function withLock(lockFile, work) {
  mkdirSync(dirname(lockFile), { recursive: true });
  let hasSaid = false;
  while (!take(lockFile)) {
    const holder = readPid(lockFile);
    if (holder !== undefined && !isAlive(holder)) {
      removeStale(lockFile);
      continue;
    }
    if (!hasSaid) say(`waiting for another bootstrap (process ${holder ?? 'unknown'})`);
    hasSaid = true;
    await delay(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

/** A link appears with its content, in one step, so that nobody reads a lock without a holder. */
function take(lockFile) {
  const draft = `${lockFile}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, lockFile);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Between our look and our removal another process may have done the same and taken the lock; then it gets it back. */
function removeStale(lockFile) {
  const aside = `${lockFile}.stale-${process.pid}`;
  try {
    renameSync(lockFile, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  const holder = readPid(aside);
  if (holder !== undefined && isAlive(holder)) renameSync(aside, lockFile);
  else rmSync(aside, { force: true });
}

function readPid(file) {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined; // released in between
    throw error;
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
