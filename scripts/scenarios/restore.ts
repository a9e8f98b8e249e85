import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ledgerResidue, workspaceKeys } from '@cio-fleet/contracts';
import type { ProducerOptions } from '@cio-fleet/producer';
import { type EmbeddedRedis, type FleetProcess, startRedis, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { problemsWhere } from '../chaos/problem.ts';
import { copyAppendOnlyFile } from '../rig/aof-copy.ts';
import type { Verdict } from '../rig/arrival-checker.ts';
import { ledgerIn } from '../rig/ledger-in.ts';
import { FULL_MIX } from '../rig/numbered-load.ts';
import { type ProducerProcess, startProducerProcess } from '../rig/producer-process.ts';
import { type Rig, startRig } from '../rig/rig.ts';

export interface RestoreOptions {
  readonly seed: number;
  /** Traffic before the copy, in s. */
  readonly beforeSeconds: number;
  /** Traffic after the copy, until the server is lost: the age of the copy, in s. */
  readonly ageSeconds: number;
  readonly perSecond: number;
  /** How long producers with `spoolMode: 'always'` keep operations on their disk; undefined: they have no spool. */
  readonly retainMs?: number;
}

export interface RestoreResult extends Verdict {
  /** Operations that were accepted after the copy was made. */
  readonly acceptedSinceCopy: number;
  /** Operations that waited in the copy when the new server started, in lanes and fallback. */
  readonly waitingInCopy: number;
  readonly copyMs: number;
  /** From the loss of the old server to a ready fleet on the new one, in s. */
  readonly switchSeconds: number;
  /** From there until nothing waited, in s. */
  readonly recoverySeconds: number;
  readonly residue: number;
  readonly waiting: number;
  readonly held: number;
}

/** How late the checker may hear of an acceptance. */
const LATE_WORD_MS = 1_000;

const OUTAGE_MS = 1_500;
const WORKERS = 2;

/** As docs/restore.md says: the log is copied while it is written, the server dies later, and the fleet goes on with the copy. */
export async function restoreFromCopy(options: RestoreOptions): Promise<RestoreResult> {
  const { beforeSeconds, ageSeconds, retainMs } = options;
  const rig = await startRig({ simulator: { latencyMs: 5 } });
  const copyDir = mkdtempSync(join(tmpdir(), 'cio-fleet-restored-'));
  const spoolDir = mkdtempSync(join(tmpdir(), 'cio-fleet-spool-'));
  const producers: ProducerProcess[] = [];
  let restored: EmbeddedRedis | undefined;
  let client: Redis | undefined;
  try {
    const workers = await startWorkers(rig, rig.redis.url);
    producers.push(await startProducer(options, rig, { redisUrl: rig.redis.url, spoolDir }));
    await pause(beforeSeconds * 1000);
    await rig.client.bgrewriteaof();

    // So that the copy has something in fallback, and held persons.
    rig.simulator.setFaults({ status: 503 });
    await pause(OUTAGE_MS);
    const copiedAtMs = performance.now();
    const acceptedBefore = rig.checker.acceptedCount();
    await copyAppendOnlyFile(rig.client, rig.redis.dataDir, copyDir);
    const copyMs = Math.round(performance.now() - copiedAtMs);
    await pause(OUTAGE_MS / 3);
    rig.simulator.clearFaults();
    await pause((ageSeconds * 1000) / 2);
    // What has arrived can't be lost any more: the server goes while a backlog waits.
    rig.simulator.setFaults({ status: 503 });
    await pause((ageSeconds * 1000) / 2);

    await rig.redis.kill();
    const lostAtMs = performance.now();
    await endAll(producers, workers);
    const isCovered = retainMs !== undefined && retainMs > performance.now() - copiedAtMs;
    rig.checker.mayHaveLostSince(copiedAtMs - LATE_WORD_MS, isCovered);
    const acceptedSinceCopy = rig.checker.acceptedCount() - acceptedBefore;

    restored = await startRedis({ dataDir: copyDir });
    client = new Redis(restored.url);
    const waitingInCopy = (await ledgerIn(client)).waiting;
    rig.simulator.clearFaults();
    await startWorkers(rig, restored.url);
    producers.push(await startProducer(options, rig, { redisUrl: restored.url, spoolDir }));
    const readyAtMs = performance.now();
    await pause(1000);
    await producers.at(-1)?.stop();
    await settled(client);
    const ledger = await ledgerIn(client);
    return {
      ...rig.checker.verdict(),
      acceptedSinceCopy,
      waitingInCopy,
      copyMs,
      switchSeconds: seconds(readyAtMs - lostAtMs),
      recoverySeconds: seconds(performance.now() - readyAtMs),
      residue: ledgerResidue(ledger),
      waiting: ledger.waiting,
      held: await client.hlen(workspaceKeys('default').held),
    };
  } finally {
    for (const producer of producers) producer.kill('SIGKILL');
    client?.disconnect();
    await rig.stop();
    await restored?.stop();
    for (const folder of [copyDir, spoolDir]) rmSync(folder, { recursive: true, force: true });
  }
}

/** What a copy may cost: nothing with a spool that keeps operations for longer than the copy is old. */
export function problemsOfRestore(result: RestoreResult, { retainMs }: RestoreOptions): readonly string[] {
  return problemsWhere(
    [result.lost + result.outOfOrder > 0, 'expected nothing lost (beyond what the copy can’t have), or out of order'],
    [result.doubled > 0, 'expected repeats under their old ULIDs only'],
    [result.undead > 0, 'expected nothing older than an erasure to arrive after it'],
    [result.residue !== 0 || result.waiting > 0 || result.held > 0, 'expected the copy’s ledger to balance in the end'],
    [result.acceptedSinceCopy === 0 || result.waitingInCopy === 0, 'expected traffic around the copy'],
    [retainMs === undefined && result.lostByRedis === 0, 'expected a copy without a spool to lose what came after it'],
  );
}

function startWorkers(rig: Rig, redisUrl: string): Promise<readonly FleetProcess[]> {
  return Promise.all(Array.from({ length: WORKERS }, () => rig.startWorker({ REDIS_URL: redisUrl })));
}

let generation = 0;

function startProducer(
  { seed, perSecond, retainMs }: RestoreOptions,
  rig: Rig,
  { redisUrl, spoolDir }: Required<Pick<ProducerOptions, 'redisUrl' | 'spoolDir'>>,
): Promise<ProducerProcess> {
  generation += 1;
  return startProducerProcess({
    producer: {
      redisUrl,
      ...(retainMs !== undefined && { spoolDir, spoolMode: 'always', spoolRetainMs: retainMs }),
    },
    ...{ seed: seed + generation, persons: 300, personPrefix: `${generation}.`, perSecond, concurrency: 100 },
    ...{ mix: FULL_MIX, checker: rig.checker },
  });
}

/** What can't be sent to the dead server isn't waited for. */
async function endAll(producers: readonly ProducerProcess[], workers: readonly FleetProcess[]): Promise<void> {
  const overdue = setTimeout(() => {
    for (const process of [...producers, ...workers]) process.kill('SIGKILL');
  }, 5_000);
  await Promise.all([...producers.map((producer) => producer.stop()), ...workers.map((worker) => worker.stop())]);
  clearTimeout(overdue);
}

async function settled(client: Redis): Promise<void> {
  await waitFor(async () => (await ledgerIn(client)).waiting === 0, { timeoutMs: 60_000, intervalMs: 50 }).catch(
    () => undefined, // The verdict tells what still waits.
  );
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
