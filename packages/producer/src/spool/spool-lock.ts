import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { newUlid } from '@cio-fleet/contracts';
import type { SpoolDisk } from './spool-disk.ts';
import { SpoolProblem } from './spool-problem.ts';

/** Who holds a lock, and how others can tell whether it still lives. */
export interface LockHolder {
  readonly pid: number;
  /** Of this very process; another one with the same pid has another. */
  readonly token: string;
  /** Within one realm process ids mean the same: one boot of one machine, one pid namespace. */
  readonly realm: string;
  /** When the process started, in the system's ticks; empty where the system doesn't tell. */
  readonly startedAt: string;
}

const LOCK_NAME = /^lock\.(\d+)$/;
const TOKEN = newUlid();

/**
 * One process per folder. A lock is a file `lock.<n>` that appears whole (it is linked, not written in place). Who finds
 * its holder dead makes `lock.<n+1>`: only one of several can, and the others see it.
 */
export class SpoolLock {
  readonly #disk: SpoolDisk;
  readonly #folder: string;
  readonly #self: LockHolder;
  #path: string | undefined;

  constructor(disk: SpoolDisk, folder: string, self: LockHolder = currentProcess()) {
    this.#disk = disk;
    this.#folder = folder;
    this.#self = self;
  }

  /** Takes the lock, or makes sure that it is still there. @throws SpoolProblem `SPOOL_LOCKED` when another process lives */
  async hold(): Promise<void> {
    if (this.#path !== undefined && (await this.#disk.identityOf(this.#path)) !== undefined) return;
    this.#path = undefined;
    const before = await this.#others();
    const highest = Math.max(0, ...before.map(({ number }) => number));
    const path = join(this.#folder, `lock.${highest + 1}`);
    await this.#create(path);
    // Looked at again with our own in place: of two that come at once at least one sees the other.
    try {
      await this.#others(path);
    } catch (error) {
      await this.#disk.remove(path);
      throw error;
    }
    this.#path = path;
    for (const { number } of before) await this.#disk.remove(join(this.#folder, `lock.${number}`));
  }

  async release(): Promise<void> {
    const path = this.#path;
    this.#path = undefined;
    if (path !== undefined) await this.#disk.remove(path);
  }

  /** The locks in the folder, all of dead processes. */
  async #others(ownPath?: string): Promise<readonly { readonly number: number }[]> {
    const found: { number: number }[] = [];
    for (const name of await this.#disk.list(this.#folder)) {
      const number = Number(LOCK_NAME.exec(name)?.[1] ?? Number.NaN);
      const path = join(this.#folder, name);
      if (Number.isNaN(number) || path === ownPath) continue;
      const holder = await this.#read(path);
      if (holder !== undefined && isAlive(holder, this.#self)) throw lockedBy(holder, this.#folder);
      found.push({ number });
    }
    return found;
  }

  async #read(path: string): Promise<LockHolder | undefined> {
    try {
      return JSON.parse(await this.#disk.readText(path)) as LockHolder;
    } catch (error) {
      // Gone meanwhile, or damaged: nobody holds it. Whole locks appear at once, so this is none being made.
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async #create(path: string): Promise<void> {
    const draft = join(this.#folder, `${newUlid()}.tmp`);
    const file = await this.#disk.create(draft);
    try {
      await file.write(Buffer.from(JSON.stringify(this.#self)), 0);
      await this.#disk.link(draft, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      throw new SpoolProblem('SPOOL_LOCKED', `another process took ${this.#folder} at the same moment`);
    } finally {
      await file.close();
      await this.#disk.remove(draft);
    }
  }
}

function lockedBy({ pid }: LockHolder, folder: string): SpoolProblem {
  return new SpoolProblem('SPOOL_LOCKED', `process ${pid} uses ${folder}; give each process a spoolDir of its own`);
}

/** Whether the process behind a lock lives, as far as this one can tell. Of another machine's it can't: then it counts as dead. */
export function isAlive(holder: LockHolder, self: LockHolder): boolean {
  if (holder.token === self.token) return true;
  if (holder.realm !== self.realm || holder.pid === self.pid) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return holder.startedAt === startOf(holder.pid);
}

function currentProcess(): LockHolder {
  return { pid: process.pid, token: TOKEN, realm: currentRealm(), startedAt: startOf(process.pid) };
}

/** @see https://man7.org/linux/man-pages/man7/pid_namespaces.7.html */
function currentRealm(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    // Not Linux. Host names tell machines apart, and there are no namespaces to tell.
    return hostname();
  }
}

/** Field 22 of /proc/<pid>/stat; a pid is given out again, its start time isn't. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return ''; // Not Linux, or hidden: the pid alone has to do.
  }
}
