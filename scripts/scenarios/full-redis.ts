import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ledgerResidue, workspaceKeys } from '@cio-fleet/contracts';
import { type FleetProcess, waitFor } from '@cio-fleet/testkit';
import { problemsWhere } from '../chaos/problem.ts';
import type { Verdict } from '../rig/arrival-checker.ts';
import { type FreshTraffic, type FreshVerdict, sendFreshTraffic } from '../rig/fresh-traffic.ts';
import { type MemorySeries, watchMemory } from '../rig/memory-watch.ts';
import { PLAIN_MIX } from '../rig/numbered-load.ts';
import { type ProducerProcess, startProducerProcess } from '../rig/producer-process.ts';
import { type Rig, startRig } from '../rig/rig.ts';

export interface FullRedisOptions {
  readonly seed: number;
  /** Accepted while Customer.io is down, by all producers together. */
  readonly operations: number;
  readonly producers: number;
  readonly maxMemoryBytes: number;
  /** Text that each operation carries for its size. */
  readonly fillerBytes: number;
  readonly requestsPerSecond: number;
  /** How long everything may take to be accepted, and then to drain, in ms. */
  readonly timeoutMs: number;
  readonly say?: (text: string) => void;
}

export interface FullRedisResult extends Verdict {
  /** How long it took until all was accepted, in s. */
  readonly acceptSeconds: number;
  readonly slowestCallMs: number;
  readonly lateCalls: number;
  readonly longestGapMs: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly retained: number;
  /** When all was accepted. */
  readonly fallback: number;
  readonly inRedis: number;
  readonly inSpools: number;
  readonly peakRedisMb: number;
  /** Commands that Redis refused for want of memory. */
  readonly oomErrors: number;
  /** From the circuit's closing until nothing waited, in s. */
  readonly drainSeconds: number;
  /** The busiest second after Customer.io was back. */
  readonly mostRequestsPerSecond: number;
  /** Operations of persons and of a producer without a backlog, sent while the backlog drained. */
  readonly fresh: FreshVerdict;
  readonly memory: readonly MemorySeries[];
  readonly residue: number;
  readonly waiting: number;
  readonly held: number;
  readonly deadLettered: number;
}

const WORKERS = 2;
const MB = 1024 * 1024;

/** Customer.io is down while more is accepted than Redis has room for; then it comes back. */
export async function fillRedis(options: FullRedisOptions): Promise<FullRedisResult> {
  const { operations, maxMemoryBytes, timeoutMs, requestsPerSecond, say = () => undefined } = options;
  const rig = await startRig({
    simulator: { latencyMs: 5 },
    redis: { maxMemoryBytes },
    env: { CUSTOMERIO_MAX_REQUESTS_PER_SECOND: String(requestsPerSecond) },
  });
  const spoolDir = mkdtempSync(join(tmpdir(), 'cio-fleet-spools-'));
  const producers: ProducerProcess[] = [];
  let fresh: FreshTraffic | undefined;
  try {
    const workers = await Promise.all(Array.from({ length: WORKERS }, () => rig.startWorker()));
    rig.simulator.setFaults({ status: 503 });
    const startedAtMs = performance.now();
    for (let index = 0; index < options.producers; index += 1) {
      producers.push(await startProducer(options, rig, { index, spoolDir: join(spoolDir, String(index)) }));
    }
    const watch = watchMemory({
      processes: () => [
        ...workers.map(({ pid }, index) => ({ name: `worker-${index}`, pid })),
        ...producers.map(({ pid }, index) => ({ name: `producer-${index}`, pid })),
      ],
      redis: rig.client,
      intervalMs: 500,
    });
    const timeline = setInterval(() => void tell(rig, producers, say), 5_000);
    await waitFor(() => producers.every((producer) => producer.hasSent()), { timeoutMs, intervalMs: 100 });
    const acceptSeconds = secondsSince(startedAtMs);
    const inRedis = (await rig.ledger()).waiting;
    const fallback = await fallbackSize(rig);
    const accepted = rig.checker.acceptedCount();
    say(`accepted ${accepted} in ${acceptSeconds} s; fallback ${fallback}`);

    rig.simulator.clearFaults();
    const requests = watchRequests(rig);
    await waitFor(() => isClosed(workers), { timeoutMs: 60_000, description: 'closed circuits' });
    const closedAtMs = performance.now();
    fresh = sendFreshTraffic(rig);
    await waitFor(
      async () => producers.every((producer) => producer.hasFlushed()) && (await rig.ledger()).waiting < 100,
      { timeoutMs, intervalMs: 100, description: 'everything to drain' },
    ).catch(() => undefined); // The verdict tells what still waits.
    const drainSeconds = secondsSince(closedAtMs);
    const freshVerdict = await fresh.stop();
    await Promise.all(producers.map((producer) => producer.stop()));
    await waitFor(async () => (await rig.ledger()).waiting === 0, { timeoutMs: 30_000, intervalMs: 50 }).catch(
      () => undefined, // The verdict tells what still waits.
    );
    requests.stop();
    clearInterval(timeline);
    watch.stop();
    const memory = watch.series(0);
    const ledger = await rig.ledger();
    const paces = producers.map((producer) => producer.pace());
    return {
      ...rig.checker.verdict(),
      acceptSeconds,
      slowestCallMs: Math.max(...paces.map(({ slowestCallMs }) => slowestCallMs)),
      lateCalls: paces.reduce((sum, { lateCalls }) => sum + lateCalls, 0),
      longestGapMs: Math.max(...paces.map(({ longestGapMs }) => longestGapMs)),
      refused: Object.fromEntries(producers.flatMap(({ refused }) => [...refused])),
      retained: producers.reduce((sum, { retained }) => sum + retained(), 0),
      fallback,
      inRedis,
      inSpools: operations - inRedis,
      peakRedisMb: memory.find(({ of }) => of === 'redis data')?.peakMb ?? 0,
      oomErrors: Number(/errorstat_OOM:count=(\d+)/.exec(await rig.client.info('errorstats'))?.[1] ?? 0),
      drainSeconds,
      mostRequestsPerSecond: requests.most(),
      fresh: freshVerdict,
      memory,
      residue: ledgerResidue(ledger),
      waiting: ledger.waiting,
      held: await rig.held(),
      deadLettered: ledger['dead-lettered'],
    };
  } finally {
    await fresh?.stop();
    for (const producer of producers) producer.kill('SIGKILL');
    await rig.stop();
    rmSync(spoolDir, { recursive: true, force: true });
  }
}

/** The rig's simulator counts answers to retries and probes too, and two workers may draw from the budget within an instant. */
const BUDGET_TOLERANCE = 1.15;

/** Fresh operations may be refused in the first moments, while Redis is still at its bound. */
const LAST_FRESH_REFUSAL_MS = 5_000;

export function problemsOfFullRedis(result: FullRedisResult, options: FullRedisOptions): readonly string[] {
  const { lost, outOfOrder, doubled, residue, waiting, held, deadLettered, lateCalls } = result;
  const zeros = { lost, outOfOrder, doubled, residue, waiting, held, deadLettered, lateCalls };
  const refusals = Object.keys(result.refused);
  return problemsWhere(
    ...Object.entries(zeros).map(([name, count]) => [count !== 0, `expected ${name} = 0, got ${count}`] as const),
    [refusals.length > 0, `expected no call to be refused, got ${JSON.stringify(result.refused)}`],
    [result.fallback === 0 || result.inSpools === 0, 'expected both fallback and spools to take their part'],
    [
      result.mostRequestsPerSecond > options.requestsPerSecond * BUDGET_TOLERANCE,
      `expected at most ${options.requestsPerSecond} requests a second, got ${result.mostRequestsPerSecond}`,
    ],
    [result.fresh.arrived < result.fresh.accepted, 'expected every fresh operation to arrive'],
    [
      result.fresh.lastRefusalMs > LAST_FRESH_REFUSAL_MS,
      `expected spools to leave room for fresh operations, some were refused for ${result.fresh.lastRefusalMs} ms`,
    ],
  );
}

function startProducer(
  { seed, operations, producers, fillerBytes }: FullRedisOptions,
  rig: Rig,
  { index, spoolDir }: { readonly index: number; readonly spoolDir: string },
): Promise<ProducerProcess> {
  return startProducerProcess({
    producer: { redisUrl: rig.redis.url, spoolDir },
    ...{ seed: seed + index, persons: 3000, personPrefix: `${index}.`, concurrency: 1000 },
    ...{ operations: Math.ceil(operations / producers), fillerBytes, mix: PLAIN_MIX, checker: rig.checker },
  });
}

async function fallbackSize(rig: Rig): Promise<number> {
  return Number(await rig.client.hget(workspaceKeys('default').waiting, 'default.fallback:operations'));
}

async function isClosed(workers: readonly FleetProcess[]): Promise<boolean> {
  const states = await Promise.all(
    workers.map(async ({ port }) => {
      const response = await fetch(`http://127.0.0.1:${port}/health/customerio`);
      return response.ok;
    }),
  );
  return states.every(Boolean);
}

/** The most requests that Customer.io got in any second. */
function watchRequests(rig: Rig): { most(): number; stop(): void } {
  const EVERY_MS = 1_000;
  let before = { requests: rig.simulator.stats().requests, atMs: performance.now() };
  let most = 0;
  const timer = setInterval(() => {
    const now = { requests: rig.simulator.stats().requests, atMs: performance.now() };
    most = Math.max(most, ((now.requests - before.requests) * 1000) / (now.atMs - before.atMs));
    before = now;
  }, EVERY_MS);
  return { most: () => Math.round(most), stop: () => clearInterval(timer) };
}

async function tell(rig: Rig, producers: readonly ProducerProcess[], say: (text: string) => void): Promise<void> {
  const [{ waiting }, fallback, info] = await Promise.all([rig.ledger(), fallbackSize(rig), rig.client.info('memory')]);
  const usedMb = Math.round(Number(/used_memory:(\d+)/.exec(info)?.[1]) / MB);
  const flushed = producers.filter((producer) => producer.hasFlushed()).length;
  const { checker } = rig;
  say(
    `  accepted ${checker.acceptedCount()}, arrived ${checker.arrivedCount()}, waiting ${waiting}, fallback ${fallback}, Redis ${usedMb} MB, ${flushed} spools empty`,
  );
}

function secondsSince(ms: number): number {
  return Math.round((performance.now() - ms) / 100) / 10;
}
