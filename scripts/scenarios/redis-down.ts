import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ledgerResidue } from '@cio-fleet/contracts';
import { waitFor } from '@cio-fleet/testkit';
import { type Problem, problemsWhere } from '../chaos/problem.ts';
import type { Verdict } from '../rig/arrival-checker.ts';
import { type MemorySeries, watchMemory } from '../rig/memory-watch.ts';
import { PLAIN_MIX } from '../rig/numbered-load.ts';
import { type ProducerProcess, startProducerProcess } from '../rig/producer-process.ts';
import { startRig } from '../rig/rig.ts';

export interface RedisDownOptions {
  readonly seed: number;
  /** How long Redis is away, from before the producer starts. */
  readonly seconds: number;
  readonly perSecond: number;
  readonly hasSpool: boolean;
  /** Whether the producer is killed with SIGKILL in the middle, and another one takes its spool over. @defaultValue false */
  readonly isKilled?: boolean;
}

export interface RedisDownResult extends Verdict {
  /** `ok` answers while Redis was away. */
  readonly acceptedMeanwhile: number;
  readonly slowestCallMs: number;
  /** Calls that were answered after their time-out, by more than the process was kept from running behind it. */
  readonly lateCalls: number;
  readonly longestGapMs: number;
  readonly refused: Readonly<Record<string, number>>;
  /** Answered `ENQUEUE_TIMEOUT`, still buffered, sent when Redis was back. */
  readonly retained: number;
  readonly spooledMb: number;
  /** From Redis's return until nothing waited, in s; the producer went on calling for some of them. */
  readonly recoverySeconds: number;
  /** Of the producer's process, over Redis's absence without its first quarter. */
  readonly memory: readonly MemorySeries[];
  readonly residue: number;
  readonly waiting: number;
  /** Whether each producer that wasn't killed ended by itself and in peace: nothing was thrown. */
  readonly hasThrown: boolean;
}

const ENQUEUE_TIMEOUT_MS = 1_000;

/** After Redis is back the calls go on for this share of its absence. */
const AFTERWARDS = 0.15;

const SAMPLES = 120;

/** Redis is away when the producer starts, and for `seconds`, under a steady pace of calls that doesn't wait for answers. */
export async function redisDown(options: RedisDownOptions): Promise<RedisDownResult> {
  const { seed, seconds, perSecond, hasSpool, isKilled = false } = options;
  const rig = await startRig({ simulator: { latencyMs: 5 } });
  const spoolDir = mkdtempSync(join(tmpdir(), 'cio-fleet-spool-'));
  const producers: ProducerProcess[] = [];
  const start = async (): Promise<void> => {
    const producer = await startProducerProcess({
      producer: { redisUrl: rig.redis.url, enqueueTimeoutMs: ENQUEUE_TIMEOUT_MS, ...(hasSpool && { spoolDir }) },
      seed: seed + producers.length,
      // So many that calls seldom wait for an earlier one of their person, which would slow the pace.
      persons: 20_000,
      personPrefix: `${producers.length}.`,
      perSecond,
      concurrency: Math.ceil((perSecond * ENQUEUE_TIMEOUT_MS) / 1000) * 2,
      mix: PLAIN_MIX,
      checker: rig.checker,
    });
    producers.push(producer);
  };
  try {
    await rig.startWorker();
    await rig.redis.kill();
    const watch = watchMemory({
      processes: () => [{ name: 'producer', pid: producers.at(-1)?.pid ?? 0 }],
      redis: rig.client,
      intervalMs: Math.max(100, (seconds * 1000) / SAMPLES),
      warmUpSeconds: seconds / 4,
    });
    await start();
    if (isKilled) {
      await pause((seconds / 2) * 1000);
      producers[0]?.kill('SIGKILL');
      await producers[0]?.exited;
      await start();
      await pause((seconds / 2) * 1000);
    } else await pause(seconds * 1000);
    watch.stop();
    const memory = watch.series(seconds / 4).filter(({ of }) => of.startsWith('producer'));
    const acceptedMeanwhile = rig.checker.acceptedCount();
    const spooledMb = Math.round(bytesBelow(spoolDir) / 1024 / 1024);

    await rig.redis.restart();
    const backAtMs = performance.now();
    await pause(seconds * AFTERWARDS * 1000);
    await producers.at(-1)?.stop();
    await waitFor(async () => (await rig.ledger()).waiting === 0, { timeoutMs: 60_000, intervalMs: 50 }).catch(
      () => undefined, // The verdict tells what still waits.
    );
    const ledger = await rig.ledger();
    const paces = producers.map(({ pace }) => pace());
    return {
      ...rig.checker.verdict(),
      acceptedMeanwhile,
      slowestCallMs: Math.max(...paces.map(({ slowestCallMs }) => slowestCallMs)),
      lateCalls: paces.reduce((sum, { lateCalls }) => sum + lateCalls, 0),
      longestGapMs: Math.max(...paces.map(({ longestGapMs }) => longestGapMs)),
      refused: sumByName(producers.flatMap(({ refused }) => [...refused])),
      retained: producers.at(-1)?.retained() ?? 0,
      spooledMb,
      recoverySeconds: Math.round((performance.now() - backAtMs) / 100) / 10,
      memory,
      residue: ledgerResidue(ledger),
      waiting: ledger.waiting,
      hasThrown: !(producers.at(-1)?.hasEnded() ?? false),
    };
  } finally {
    for (const producer of producers) producer.kill('SIGKILL');
    await rig.stop();
    rmSync(spoolDir, { recursive: true, force: true });
  }
}

/** A producer's whole process, heap of V8 with garbage included. Its buffer is 16 MB. */
const MOST_MEMORY_MB = 300;

/** Growth over what was watched that is noise of the garbage collector. */
const MOST_GROWTH_MB = 40;

/** Over less, growth is start-up. */
const LEAST_JUDGED_SECONDS = 30;

/** Of the calls with a spool: on a machine so busy that the disk or the process is silent for longer than the time-out. */
const MOST_RETAINED = 0.15;

const MOST_BUFFERED_OPERATIONS = 10_000;

export function problemsOfRedisDown(result: RedisDownResult, options: RedisDownOptions): readonly string[] {
  const { hasSpool } = options;
  const refusals = Object.keys(result.refused);
  const common: readonly Problem[] = [
    [result.lost + result.outOfOrder + result.doubled > 0, 'expected nothing lost, out of order or doubled'],
    [result.residue !== 0 || result.waiting > 0, 'expected the ledger to balance and nothing to wait in the end'],
    [result.lateCalls > 0, `expected no call to be late, ${result.lateCalls} were`],
    [result.hasThrown, 'expected the producer to end in peace'],
    ...result.memory.map(
      ({ of, peakMb, growthMb, seconds }): Problem => [
        peakMb > MOST_MEMORY_MB || (seconds >= LEAST_JUDGED_SECONDS && growthMb > MOST_GROWTH_MB),
        `expected the memory of ${of} to stay flat, it grew by ${growthMb} MB and peaked at ${peakMb} MB`,
      ],
    ),
  ];
  const own: readonly Problem[] = hasSpool
    ? [
        [refusals.length > 0, `expected no call to be refused, got ${JSON.stringify(result.refused)}`],
        [
          result.retained > result.acceptedMeanwhile * MOST_RETAINED,
          `expected calls to be retained only while the process or the disk didn't answer, ${result.retained} were`,
        ],
        [result.acceptedMeanwhile === 0, 'expected operations to be accepted while Redis was away'],
      ]
    : [
        [refusals.some((code) => code !== 'BUFFER_FULL'), `expected BUFFER_FULL only, got ${refusals.join(', ')}`],
        [(result.refused.BUFFER_FULL ?? 0) === 0, 'expected the buffer to fill'],
        [result.retained > MOST_BUFFERED_OPERATIONS, `expected a bounded buffer, it had ${result.retained}`],
        [result.acceptedMeanwhile > 0, 'expected no ok while Redis was away and there was no spool'],
      ];
  return problemsWhere(...common, ...own);
}

function sumByName(entries: readonly (readonly [name: string, count: number])[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, count] of entries) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

function bytesBelow(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
