import { readLedger, workspaceKeys } from '@cio-fleet/contracts';
import { createSimulator, type PersonReading, type Simulator } from '@cio-fleet/simulator';
import { type FleetProcess, runFleetProcess, startRedis, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { API_KEY, SITE_ID, startTrackRig, type TrackRig, workspaceOf } from './track-rig.ts';

const WORKSPACE = 'default';
const WORKER = new URL('../../../worker/src/main.ts', import.meta.url).pathname;
const PATIENCE_MS = 45_000;

/** The same requests on two ways to Customer.io: directly, and through the gateway's routes, Redis and a worker. */
export interface TwoWays {
  /** Origins to send to. */
  readonly direct: string;
  readonly gateway: string;
  /** The worker has delivered everything. */
  delivered(): Promise<unknown>;
  /** What both ways left behind of these persons, once the worker has delivered everything. */
  statesOf(persons: readonly string[]): Promise<{ readonly direct: unknown; readonly gateway: unknown }>;
  stop(): Promise<void>;
}

export async function startTwoWays(): Promise<TwoWays> {
  const server = await startRedis({ appendFsync: 'no' });
  const redis = new Redis(server.url);
  const direct = createSimulator();
  const behind = createSimulator();
  const [{ url: directUrl }, { url: behindUrl }] = await Promise.all([direct.start(), behind.start()]);
  const rig: TrackRig = await startTrackRig({ redisUrl: server.url, workspaces: [workspaceOf(WORKSPACE)] });
  const worker: FleetProcess = await runFleetProcess({
    entry: WORKER,
    readyTimeoutMs: PATIENCE_MS,
    env: {
      REDIS_URL: server.url,
      WORKER_PORT: '0',
      CUSTOMERIO_SITE_ID: SITE_ID,
      CUSTOMERIO_TRACK_API_KEY: API_KEY,
      CUSTOMERIO_TRACK_URL: behindUrl,
    },
  });

  async function settled(): Promise<boolean> {
    const keys = workspaceKeys(WORKSPACE);
    const ledger = readLedger(await redis.hgetall(keys.ledger), await redis.hgetall(keys.waiting));
    return ledger.waiting === 0 && ledger.accepted === rig.accepted();
  }

  const delivered = () => waitFor(settled, { timeoutMs: PATIENCE_MS, description: 'the worker to deliver everything' });

  return {
    direct: directUrl,
    gateway: rig.url,
    delivered,
    async statesOf(persons) {
      await delivered();
      const read = (simulator: Simulator) =>
        Object.fromEntries(persons.map((person) => [person, comparable(simulator.person(person))]));
      return { direct: read(direct), gateway: read(behind) };
    },
    async stop() {
      await rig.stop();
      redis.disconnect();
      await worker.stop();
      await Promise.all([direct.stop(), behind.stop()]);
      await server.stop();
    },
  };
}

/** Without what each way fills in by itself: the ids that Customer.io gives, and times and ids that the caller left out. */
function comparable(reading: PersonReading | undefined): unknown {
  if (reading === undefined) return undefined;
  const { identifiers, events, segments, devices, ...others } = reading;
  const { cio_id: _, ...given } = identifiers;
  const NOW_SECONDS = 1_760_000_000;
  const told = events.map(({ id: _id, timestamp, ...event }) =>
    typeof timestamp === 'number' && timestamp < NOW_SECONDS ? { ...event, timestamp } : event,
  );
  // The SDK for Go sends the time of a device as text; the gateway makes it the number that it stands for.
  const used = devices.map((device) => ({
    ...device,
    last_used: device.last_used ? Number(device.last_used) : undefined,
  }));
  return { ...others, devices: used, identifiers: given, events: told, segments: segments.toSorted() };
}
