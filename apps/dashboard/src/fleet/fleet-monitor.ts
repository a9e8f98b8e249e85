import { type FleetState, readFleetState } from '@cio-fleet/lanes';
import { type Service, service } from '@cio-fleet/lifecycle';
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
}

/** All workspaces at one moment. */
export interface FleetView {
  readonly workspaces: readonly WorkspaceView[];
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

/** Looks at all workspaces when asked, and regularly, so that there is a past to show. */
export function createFleetMonitor(options: FleetMonitorOptions): FleetMonitor {
  const { redis, workspaces, onLook, onError, intervalMs = 5_000 } = options;
  const meters = new Map(workspaces.map(({ name }) => [name, createThroughputMeter()]));
  let looking: Promise<FleetView> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let lastTick: Promise<void> = Promise.resolve();

  const readAll = async (): Promise<FleetView> => ({
    workspaces: await Promise.all(
      workspaces.map(async (outline) => {
        const [state, changes] = await Promise.all([
          readFleetState(redis, outline.name),
          readRecentChanges(redis, outline.name, SHOWN_CHANGES),
        ]);
        const meter = meters.get(outline.name) ?? createThroughputMeter();
        meter.add(state);
        return { outline, state, throughput: meter.read(), changes };
      }),
    ),
  });
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
