import { readOldestPackMs } from '@cio-fleet/journal';
import { type FleetState, readFleetState } from '@cio-fleet/lanes';
import { type Service, service } from '@cio-fleet/lifecycle';
import { type RedisMemory, readRedisMemory } from '@cio-fleet/redis';
import { type Abuser, findAbusers, readSpamReport } from '@cio-fleet/spam-report';
import type { WorkspaceOutline } from '@cio-fleet/workspaces';
import type { Redis } from 'ioredis';
import { type RecentChange, readRecentChanges } from '../audit/recent-changes.ts';
import { createThroughputMeter, type Throughput } from './throughput.ts';

/** One workspace as the page shows it. */
export interface WorkspaceView {
  readonly outline: WorkspaceOutline;
  readonly state: FleetState;
  readonly throughput: Throughput;
  /** Newest first. */
  readonly changes: readonly RecentChange[];
  /** Who sent the gateway too much within the last half hour; those who were turned away most come first. */
  readonly abusers: readonly Abuser[];
  /** How long the oldest rows wait for the journal's writer, in ms; `null` where none wait. */
  readonly journalWaitsMs: number | null;
}

/** All workspaces at one moment. */
export interface FleetView {
  readonly workspaces: readonly WorkspaceView[];
  readonly memory: RedisMemory;
}

export interface FleetMonitor extends Service {
  /** Reads the fleet now; calls at the same time share one look. @throws when Redis doesn't answer. */
  look(): Promise<FleetView>;
}

export interface FleetMonitorOptions {
  readonly redis: Redis;
  readonly workspaces: readonly WorkspaceOutline[];
  /** Called after each look of its own, e.g. to show the queues of new lanes. */
  readonly onLook: (view: FleetView) => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Between its own looks, which feed the throughput, in ms. @defaultValue 5_000 */
  readonly intervalMs?: number;
}

/** Of the audit log, for each workspace. */
const SHOWN_CHANGES = 6;
const SPAM_WINDOW_MS = 30 * 60_000;

/** Looks at all workspaces when asked, and regularly, so that there is a past to show. */
export function createFleetMonitor(options: FleetMonitorOptions): FleetMonitor {
  const { redis, workspaces, onLook, onError, intervalMs = 5_000 } = options;
  const meters = new Map(workspaces.map(({ name }) => [name, createThroughputMeter()]));
  let looking: Promise<FleetView> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let lastTick: Promise<void> = Promise.resolve();

  const readWorkspaces = () =>
    Promise.all(
      workspaces.map(async (outline) => {
        const [state, changes, spam, journalWaitsMs] = await Promise.all([
          readFleetState(redis, outline.name),
          readRecentChanges(redis, outline.name, SHOWN_CHANGES),
          readSpamReport(redis, outline.name, { windowMs: SPAM_WINDOW_MS }),
          readOldestPackMs(redis, outline.name, Date.now()),
        ]);
        const meter = meters.get(outline.name) ?? createThroughputMeter();
        meter.add(state);
        return { outline, state, throughput: meter.read(), changes, abusers: findAbusers(spam), journalWaitsMs };
      }),
    );
  const readAll = async (): Promise<FleetView> => {
    const [views, memory] = await Promise.all([readWorkspaces(), readRedisMemory(redis)]);
    return { workspaces: views, memory };
  };
  const look = () => {
    looking ??= readAll().finally(() => {
      looking = undefined;
    });
    return looking;
  };
  const tick = () => {
    lastTick = look().then(onLook).catch(onError);
    return lastTick;
  };

  const base = service({
    name: 'fleet-monitor',
    async start() {
      await tick();
      timer = setInterval(tick, intervalMs);
    },
    async stop() {
      clearInterval(timer);
      await lastTick;
    },
  });
  return { ...base, look };
}
