import type { FleetProcess } from '@cio-fleet/testkit';
import { type FaultProxy, startFaultProxy } from '../rig/fault-proxy.ts';
import type { Rig } from '../rig/rig.ts';
import { createSkewedClock, type SkewedClock } from '../rig/skewed-clock.ts';

/** A place for a worker, with links and a clock of its own that can be broken. Who is in it may be killed and replaced. */
export interface WorkerSlot {
  /** The receiver knows the slot by the credentials of its requests. */
  readonly siteId: string;
  readonly redisLink: FaultProxy;
  readonly customerioLink: FaultProxy;
  /** Undefined where there is no C compiler. */
  readonly clock: SkewedClock | undefined;
  readonly process: FleetProcess | undefined;
  /** Starts a worker, unless one is there. */
  start(): Promise<void>;
  /** SIGKILL; does nothing to an empty slot. */
  kill(): void;
  /** SIGTERM; its exit code, or undefined for an empty slot. */
  stop(): Promise<number | undefined>;
  dispose(): Promise<void>;
}

export const CUSTOMERIO_KEY = 'chaos-key';

export function siteIdOf(index: number): string {
  return `worker-${index}`;
}

export interface WorkerSlotOptions {
  readonly rig: Rig;
  readonly index: number;
  readonly customerioPort: number;
  readonly random: () => number;
  readonly env?: Readonly<Record<string, string>>;
}

export async function createWorkerSlot(options: WorkerSlotOptions): Promise<WorkerSlot> {
  const { rig, index, customerioPort, random, env = {} } = options;
  const host = '127.0.0.1';
  const redisLink = await startFaultProxy({ target: { host, port: rig.redis.port }, random });
  const customerioLink = await startFaultProxy({ target: { host, port: customerioPort }, random });
  const clock = createSkewedClock();
  let current: FleetProcess | undefined;

  return {
    siteId: siteIdOf(index),
    redisLink,
    customerioLink,
    clock,
    get process() {
      return current;
    },
    async start() {
      if (current !== undefined) return;
      const started = await rig.startWorker({
        REDIS_URL: `redis://${redisLink.host}:${redisLink.port}`,
        CUSTOMERIO_SITE_ID: siteIdOf(index),
        CUSTOMERIO_TRACK_API_KEY: CUSTOMERIO_KEY,
        CUSTOMERIO_TRACK_URL: `http://${customerioLink.host}:${customerioLink.port}`,
        CIO_FLEET_WORKER_NAME: siteIdOf(index),
        ...clock?.env,
        ...env,
      });
      current = started;
      void started.stopped.then(() => {
        if (current === started) current = undefined;
      });
    },
    kill() {
      current?.kill('SIGKILL');
      current = undefined;
    },
    async stop() {
      const stopping = current;
      current = undefined;
      return stopping?.stop();
    },
    async dispose() {
      current?.kill('SIGKILL');
      await Promise.all([redisLink.stop(), customerioLink.stop()]);
      clock?.dispose();
    },
  };
}
