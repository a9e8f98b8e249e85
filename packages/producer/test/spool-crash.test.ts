import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@cio-fleet/testkit';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readFolder } from './fixtures/spool/read-folder.ts';

const FIXTURE = join(import.meta.dirname, 'fixtures', 'spool', 'append-forever.ts');
const ROUNDS = 10;
/** Each round starts a process, and a loaded machine takes seconds for that. */
const TIMEOUT_MS = 180_000;

let home: string;
let folder: string;
let acks: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cio-fleet-crash-'));
  folder = join(home, 'spool');
  acks = join(home, 'acks');
});

afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

const sizeOf = (path: string) => (existsSync(path) ? statSync(path).size : 0);

/** Runs a process that appends, and kills it once it has promised about `bytes` more ids. */
async function appendUntilKilled(bytes: number, ...args: readonly string[]): Promise<void> {
  const goal = sizeOf(acks) + bytes;
  const running = spawn(process.execPath, ['--conditions=@cio-fleet/source', FIXTURE, folder, acks, ...args], {
    stdio: 'inherit',
  });
  child = running;
  const gone = once(running, 'exit');
  await waitFor(() => sizeOf(acks) > goal, { intervalMs: 1, description: 'enough appends' });
  running.kill('SIGKILL');
  await gone;
}

/** Cuts every file back to its last sync, and takes away what the folder hadn't synced. */
function cutPower(record: string): void {
  const safe = new Map<string, number>();
  const created = new Set<string>();
  const named = new Set<string>();
  for (const line of (existsSync(record) ? readFileSync(record, 'utf8') : '').split('\n')) {
    const [word, path = '', bytes] = line.split(' ');
    if (word === 'create') created.add(path);
    if (word === 'size') safe.set(path, Number(bytes));
    if (word === 'names') for (const name of created) named.add(name);
  }
  for (const path of created) {
    if (!existsSync(path)) continue;
    const bytes = named.has(path) ? safe.get(path) : undefined;
    if (bytes === undefined) rmSync(path);
    else truncateSync(path, bytes);
  }
}

const promised = () => readFileSync(acks, 'utf8').split('\n').slice(0, -1);

async function lostIds(): Promise<readonly string[]> {
  const found = new Set((await readFolder(folder)).map(({ id }) => id));
  return promised().filter((id) => !found.has(id));
}

/** Random, and repeatable: how much is appended before each kill. */
const amounts = fc.sample(fc.integer({ min: 1, max: 60_000 }), { numRuns: ROUNDS, seed: 20 });

it('finds everything that it promised after kill -9, ten times over', { timeout: TIMEOUT_MS }, async () => {
  for (const bytes of amounts) {
    await appendUntilKilled(bytes);
    expect(await lostIds()).toEqual([]);
  }
  expect(promised().length).toBeGreaterThan(5_000);
});

it('finds everything that it promised after a power cut, ten times over', { timeout: TIMEOUT_MS }, async () => {
  const record = join(home, 'record');
  for (const bytes of amounts) {
    await appendUntilKilled(bytes, record);
    cutPower(record);
    expect(await lostIds()).toEqual([]);
  }
});

it('loses promised records in a power cut when syncs do nothing: the test above can fail', async () => {
  const record = join(home, 'record');
  await appendUntilKilled(10_000, record, 'lying');
  expect(await lostIds()).toEqual([]);
  cutPower(record);
  expect((await lostIds()).length).toBe(promised().length);
});

it('reads an exact prefix of each spool, in order, wherever its last file was cut', async () => {
  await appendUntilKilled(20_000);
  const whole = await readFolder(folder);
  const last = join(
    folder,
    readdirSync(folder)
      .filter((name) => name.endsWith('.spool'))
      .sort()
      .at(-1) ?? '',
  );
  const bytes = statSync(last).size;
  for (const share of [0.99, 0.7, 0.31, 0.1]) {
    truncateSync(last, Math.floor(bytes * share));
    const left = await readFolder(folder);
    expect(left.length).toBeLessThanOrEqual(whole.length);
    expect(left).toEqual(whole.slice(0, left.length));
  }
});
