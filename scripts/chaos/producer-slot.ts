import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProducerOptions } from '@cio-fleet/producer';
import type { ArrivalChecker } from '../rig/arrival-checker.ts';
import { type FaultProxy, startFaultProxy } from '../rig/fault-proxy.ts';
import type { LoadMix } from '../rig/numbered-load.ts';
import { createPowerCut } from '../rig/power-cut.ts';
import { type ProducerProcess, startProducerProcess } from '../rig/producer-process.ts';
import { createSkewedClock, type SkewedClock } from '../rig/skewed-clock.ts';

/** A place for a producer that sends numbered load. Its successor has persons of its own, for order is promised per process. */
export interface ProducerSlot {
  readonly redisLink: FaultProxy;
  readonly clock: SkewedClock | undefined;
  readonly process: ProducerProcess | undefined;
  /** All that were ever in the slot. */
  readonly all: readonly ProducerProcess[];
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Kills it, and cuts its spool back to the last fsync. Undefined without a spool, or without a C compiler. */
  readonly losePower: (() => Promise<void>) | undefined;
  /** No more calls, and what is buffered goes to Redis. False when it could not. */
  stop(): Promise<boolean>;
  dispose(): Promise<void>;
}

export interface ProducerSlotOptions {
  readonly index: number;
  readonly redisPort: number;
  readonly checker: ArrivalChecker;
  readonly random: () => number;
  readonly seed: number;
  readonly persons: number;
  readonly perSecond: number;
  readonly mix: LoadMix;
  readonly producer?: ProducerOptions;
  /** With a spool, whose folder its successors take over. @defaultValue none */
  readonly spoolMode?: 'overflow' | 'always';
  readonly env?: Readonly<Record<string, string>>;
}

/** Calls in flight; enough that a slow Redis is seen as slow and not as no load. */
const CONCURRENCY = 100;

export async function createProducerSlot(options: ProducerSlotOptions): Promise<ProducerSlot> {
  const { index, redisPort, checker, random, seed, env = {} } = options;
  const redisLink = await startFaultProxy({ target: { host: '127.0.0.1', port: redisPort }, random });
  const clock = createSkewedClock();
  const { spoolMode } = options;
  const spoolDir = spoolMode === undefined ? undefined : mkdtempSync(join(tmpdir(), 'cio-fleet-spool-'));
  const powerCut = spoolDir === undefined ? undefined : createPowerCut();
  const preload = [clock?.env.LD_PRELOAD, powerCut?.env.LD_PRELOAD].filter((path) => path !== undefined);
  const all: ProducerProcess[] = [];
  let current: ProducerProcess | undefined;

  async function kill(): Promise<void> {
    current?.kill('SIGKILL');
    await current?.exited;
    current = undefined;
  }

  return {
    redisLink,
    clock,
    all,
    get process() {
      return current;
    },
    async start() {
      if (current !== undefined) return;
      const generation = all.length;
      current = await startProducerProcess({
        producer: {
          redisUrl: `redis://${redisLink.host}:${redisLink.port}`,
          source: `producer-${index}`,
          ...(spoolMode && spoolDir && { spoolMode, spoolDir }),
          ...options.producer,
        },
        seed: seed + generation * 101,
        persons: options.persons,
        personPrefix: `${index}.${generation}.`,
        perSecond: options.perSecond,
        concurrency: CONCURRENCY,
        mix: options.mix,
        checker,
        env: { ...clock?.env, ...powerCut?.env, LD_PRELOAD: preload.join(':'), ...env },
      });
      all.push(current);
    },
    kill,
    losePower:
      powerCut &&
      (async () => {
        await kill();
        powerCut.cut(spoolDir as string);
      }),
    async stop() {
      const stopping = current;
      current = undefined;
      return stopping === undefined || (await stopping.stop());
    },
    async dispose() {
      current?.kill('SIGKILL');
      await redisLink.stop();
      clock?.dispose();
      powerCut?.dispose();
      if (spoolDir !== undefined) rmSync(spoolDir, { recursive: true, force: true });
    },
  };
}
