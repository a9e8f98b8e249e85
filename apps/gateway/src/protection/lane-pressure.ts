import { workspaceKeys } from '@cio-fleet/contracts';
import { type Service, service } from '@cio-fleet/lifecycle';
import type { Redis } from 'ioredis';
import { findFlooders, type LaneLoad } from './find-flooders.ts';
import { RecentOperations } from './recent-operations.ts';

/** Slows down sources that fill the lanes faster than Customer.io takes. */
export interface LanePressure extends Service {
  /** A source's operations were accepted into a workspace. */
  accepted(workspace: string, source: string, operations: number): void;
  /** Seconds after which the source may come again; undefined when it may now. */
  refusal(workspace: string, source: string): number | undefined;
  /** Looks at the lanes now. */
  look(): Promise<void>;
}

export interface LanePressureOptions {
  /** Made for a `page`: it fails at once while Redis is away. Belongs to the caller. */
  readonly redis: Redis;
  /** As the workers have it (`CIO_FLEET_LANE_MAX_BYTES`). @defaultValue 67_108_864 */
  readonly laneMaxBytes?: number;
  /** Share of it from which on sources above theirs are slowed down. @defaultValue 0.25 */
  readonly share?: number;
  /** Between two looks, in ms. @defaultValue 2_000 */
  readonly intervalMs?: number;
  /** Told when a source begins to be slowed down, and when that ends. */
  readonly onChange?: (workspace: string, source: string, isSlowed: boolean) => void;
  readonly now?: () => number;
}

interface Sample {
  readonly atMs: number;
  readonly accepted: number;
  readonly delivered: number;
}

interface Watched {
  readonly recent: RecentOperations;
  /** The last looks, oldest first: rates are means over all of them, for batches come and go in steps. */
  readonly samples: Sample[];
  flooders: ReadonlySet<string>;
}

const DEFAULTS = { laneMaxBytes: 67_108_864, share: 0.25, intervalMs: 2_000 };
const SAMPLES = 6;
const LANE_BYTES = /\.lane\.\d+:bytes$/;

export function createLanePressure(options: LanePressureOptions): LanePressure {
  const { redis, laneMaxBytes, share, intervalMs } = { ...DEFAULTS, ...options };
  const { now = Date.now, onChange = () => undefined } = options;
  const watched = new Map<string, Watched>();
  let timer: NodeJS.Timeout | undefined;

  function watch(workspace: string): Watched {
    const known = watched.get(workspace);
    if (known !== undefined) return known;
    const made: Watched = { recent: new RecentOperations(), samples: [], flooders: new Set() };
    watched.set(workspace, made);
    return made;
  }

  async function readLoad(workspace: string, state: Watched): Promise<LaneLoad | undefined> {
    const keys = workspaceKeys(workspace);
    const [waiting, [accepted, delivered]] = await Promise.all([
      redis.hgetall(keys.waiting),
      redis.hmget(keys.ledger, 'accepted', 'delivered'),
    ]);
    const here = { atMs: now(), accepted: Number(accepted ?? 0), delivered: Number(delivered ?? 0) };
    const [before] = state.samples;
    state.samples.push(here);
    if (state.samples.length > SAMPLES) state.samples.shift();
    if (before === undefined || here.atMs <= before.atMs) return undefined;
    const seconds = (here.atMs - before.atMs) / 1_000;
    const laneBytes = Object.entries(waiting).map(([field, bytes]) => (LANE_BYTES.test(field) ? Number(bytes) : 0));
    return {
      fullestLaneBytes: Math.max(0, ...laneBytes),
      acceptedPerSecond: (here.accepted - before.accepted) / seconds,
      deliveredPerSecond: (here.delivered - before.delivered) / seconds,
    };
  }

  function judge(workspace: string, state: Watched, load: LaneLoad | undefined): void {
    const found =
      load === undefined ? new Set<string>() : findFlooders(load, state.recent.read(now()), { laneMaxBytes, share });
    for (const source of found) if (!state.flooders.has(source)) onChange(workspace, source, true);
    for (const source of state.flooders) if (!found.has(source)) onChange(workspace, source, false);
    state.flooders = found;
  }

  async function look(): Promise<void> {
    for (const [workspace, state] of watched) {
      const isUnread = redis.status !== 'ready';
      // Redis that doesn't answer tells nothing about anybody: nobody is slowed down.
      const load = isUnread ? undefined : await readLoad(workspace, state).catch(() => undefined);
      judge(workspace, state, load);
    }
  }

  const base = service({
    name: 'lane-pressure',
    start() {
      let looking = Promise.resolve();
      timer = setInterval(() => {
        looking = looking.then(look);
      }, intervalMs);
      timer.unref();
    },
    stop: () => clearInterval(timer),
  });
  return {
    ...base,
    look,
    accepted: (workspace, source, operations) => watch(workspace).recent.add(source, operations, now()),
    refusal: (workspace, source) =>
      watched.get(workspace)?.flooders.has(source) ? Math.ceil((2 * intervalMs) / 1_000) : undefined,
  };
}
