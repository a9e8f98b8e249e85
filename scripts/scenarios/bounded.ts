import { ledgerResidue } from '@cio-fleet/contracts';
import type { FaultPlan } from '@cio-fleet/simulator';
import { waitFor } from '@cio-fleet/testkit';
import { problemsWhere } from '../chaos/problem.ts';
import type { Verdict } from '../rig/arrival-checker.ts';
import { type MemorySeries, watchMemory } from '../rig/memory-watch.ts';
import type { LoadMix } from '../rig/numbered-load.ts';
import { type ProducerProcess, startProducerProcess } from '../rig/producer-process.ts';
import { type Rig, startRig } from '../rig/rig.ts';

/** One way to press more into the fleet than it takes. */
export interface Pressure {
  readonly name: string;
  readonly mix: LoadMix;
  readonly fillerBytes?: number;
  /** Calls in flight; more than the buffer holds, so that it fills. */
  readonly concurrency: number;
  /** Undefined: as fast as they are answered. */
  readonly perSecond?: number;
  /** How Customer.io behaves meanwhile. */
  readonly weather?: FaultPlan;
  /** Redis is frozen and let run in turn, which makes it slow without using the machine up. */
  readonly redisPace?: { readonly frozenMs: number; readonly runningMs: number };
  /** Refusals that are right under it. */
  readonly refusals: readonly string[];
  /** Environment of the worker. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface BoundedOptions {
  readonly seed: number;
  readonly pressure: Pressure;
  readonly producers: number;
  /** How long it lasts, in s; or until so many operations were accepted. */
  readonly until: { readonly seconds: number } | { readonly operations: number };
  readonly maxMemoryBytes: number;
  readonly drainTimeoutMs: number;
}

export interface BoundedResult extends Verdict {
  readonly refused: Readonly<Record<string, number>>;
  readonly peakProducerMb: number;
  readonly peakWorkerMb: number;
  readonly peakRedisMb: number;
  /** Of what waited in Redis at its fullest: bytes of memory for each operation. */
  readonly redisBytesPerOperation: number;
  readonly mostWaiting: number;
  readonly drainSeconds: number;
  readonly residue: number;
  readonly waiting: number;
  /** Whether a process ended by itself: V8 ends one whose live heap outgrows its limit. */
  readonly hasDied: boolean;
}

/** What V8 may keep alive, in MB: far below what a process that keeps everything would need. */
const HEAP_LIMITS_MB = { producer: 96, worker: 192 } as const;

const MB = 1024 * 1024;

/** Pressure for a while, with a limit on every heap; then everything is mended and drains. */
export async function pressFleet(options: BoundedOptions): Promise<BoundedResult> {
  const { pressure, maxMemoryBytes } = options;
  const rig = await startRig({ simulator: { latencyMs: 5 }, redis: { maxMemoryBytes } });
  const producers: ProducerProcess[] = [];
  let slowed: { stop(): void } | undefined;
  try {
    const worker = await rig.startWorker({ NODE_OPTIONS: heapLimit('worker'), ...pressure.env });
    let hasWorkerDied = false;
    void worker.stopped.then(() => {
      hasWorkerDied = true;
    });
    const emptyBytes = await usedBytes(rig);
    rig.simulator.setFaults(pressure.weather ?? {});
    for (let index = 0; index < options.producers; index += 1) {
      producers.push(await startProducer(options, rig, index));
    }
    slowed = pressure.redisPace && slowRedis(rig, pressure.redisPace);
    const watch = watchMemory({
      processes: () => [
        { name: 'worker', pid: worker.pid },
        ...producers.map(({ pid }, index) => ({ name: `producer-${index}`, pid })),
      ],
      redis: rig.client,
      intervalMs: 250,
    });
    const fullest = watchFullest(rig, emptyBytes);
    await pressed(options, producers);
    await fullest.stop();
    rig.simulator.clearFaults();
    slowed?.stop();
    const mendedAtMs = performance.now();
    const alive = producers.filter((producer) => !producer.hasEnded()).length;
    await Promise.all(producers.map((producer) => producer.stop()));
    await waitFor(async () => (await rig.ledger()).waiting === 0, {
      timeoutMs: options.drainTimeoutMs,
      intervalMs: 100,
    }).catch(
      () => undefined, // The verdict tells what still waits.
    );
    const drainSeconds = Math.round((performance.now() - mendedAtMs) / 100) / 10;
    watch.stop();
    const ledger = await rig.ledger();
    return {
      ...rig.checker.verdict(),
      refused: sumByName(producers.flatMap(({ refused }) => [...refused])),
      ...peaks(watch.series(0)),
      ...fullest.result(),
      drainSeconds,
      residue: ledgerResidue(ledger),
      waiting: ledger.waiting,
      hasDied: hasWorkerDied || alive < producers.length || producers.some((producer) => !producer.hasEnded()),
    };
  } finally {
    slowed?.stop();
    for (const producer of producers) producer.kill('SIGKILL');
    await rig.stop();
  }
}

export function problemsOfPressure(result: BoundedResult, { pressure, maxMemoryBytes }: BoundedOptions) {
  const { lost, outOfOrder, doubled, residue, waiting } = result;
  const zeros = { lost, outOfOrder, doubled, residue, waiting };
  const refusals = Object.keys(result.refused).filter((code) => !pressure.refusals.includes(code));
  return problemsWhere(
    ...Object.entries(zeros).map(([name, count]) => [count !== 0, `expected ${name} = 0, got ${count}`] as const),
    [result.hasDied, 'expected no process to die of its heap limit, or of anything else'],
    [refusals.length > 0, `expected no refusals but ${pressure.refusals.join(', ')}, got ${refusals.join(', ')}`],
    [
      maxMemoryBytes > 0 && result.peakRedisMb * MB > maxMemoryBytes,
      `expected Redis below its limit, it had ${result.peakRedisMb} MB`,
    ],
    [result.accepted === 0, 'expected operations to be accepted, there were none'],
  );
}

function heapLimit(process: keyof typeof HEAP_LIMITS_MB): string {
  return `--max-old-space-size=${HEAP_LIMITS_MB[process]}`;
}

function startProducer(
  { seed, pressure, producers, until }: BoundedOptions,
  rig: Rig,
  index: number,
): Promise<ProducerProcess> {
  const { mix, fillerBytes, perSecond, concurrency } = pressure;
  return startProducerProcess({
    producer: { redisUrl: rig.redis.url },
    ...{ seed: seed + index, persons: 5000, personPrefix: `${index}.`, concurrency, mix, checker: rig.checker },
    ...(fillerBytes !== undefined && { fillerBytes }),
    ...(perSecond !== undefined && { perSecond: perSecond / producers }),
    ...('operations' in until && { operations: Math.ceil(until.operations / producers) }),
    env: { NODE_OPTIONS: heapLimit('producer') },
  });
}

function slowRedis({ redis }: Rig, { frozenMs, runningMs }: NonNullable<Pressure['redisPace']>): { stop(): void } {
  const { pid } = redis;
  let isFrozen = false;
  let timer: NodeJS.Timeout | undefined;
  const turn = (): void => {
    isFrozen = !isFrozen;
    process.kill(pid, isFrozen ? 'SIGSTOP' : 'SIGCONT');
    timer = setTimeout(turn, isFrozen ? frozenMs : runningMs);
  };
  turn();
  return {
    stop() {
      clearTimeout(timer);
      process.kill(pid, 'SIGCONT');
    },
  };
}

async function pressed({ until, drainTimeoutMs }: BoundedOptions, producers: readonly ProducerProcess[]) {
  if ('seconds' in until) await new Promise((resolve) => setTimeout(resolve, until.seconds * 1000));
  else {
    const haveSent = () => producers.every((producer) => producer.hasSent());
    await waitFor(haveSent, { timeoutMs: drainTimeoutMs, intervalMs: 100 });
  }
}

interface Fullest {
  readonly mostWaiting: number;
  readonly redisBytesPerOperation: number;
}

/** How much waits in Redis at most, and what it takes. */
function watchFullest(rig: Rig, emptyBytes: number): { result(): Fullest; stop(): Promise<void> } {
  let fullest: Fullest = { mostWaiting: 0, redisBytesPerOperation: 0 };
  let looking: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    const [{ waiting }, bytes] = await Promise.all([rig.ledger(), usedBytes(rig)]);
    if (waiting <= fullest.mostWaiting) return;
    fullest = { mostWaiting: waiting, redisBytesPerOperation: Math.round((bytes - emptyBytes) / waiting) };
  };
  const timer = setInterval(() => {
    looking = look();
  }, 500);
  return {
    result: () => fullest,
    async stop() {
      clearInterval(timer);
      await looking;
      await look();
    },
  };
}

async function usedBytes(rig: Rig): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await rig.client.info('memory'))?.[1]);
}

function peaks(series: readonly MemorySeries[]) {
  const peakOf = (prefix: string) =>
    Math.max(0, ...series.filter(({ of }) => of.startsWith(prefix)).map(({ peakMb }) => peakMb));
  return { peakProducerMb: peakOf('producer'), peakWorkerMb: peakOf('worker'), peakRedisMb: peakOf('redis') };
}

function sumByName(entries: readonly (readonly [name: string, count: number])[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, count] of entries) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
