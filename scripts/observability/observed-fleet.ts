import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSimulator, type Simulator, type SimulatorOptions } from '@cio-fleet/simulator';
import {
  type EmbeddedRedis,
  type FleetProcess,
  type RedisOptions,
  runFleetProcess,
  startRedis,
} from '@cio-fleet/testkit';

export const APPS = ['worker', 'dashboard', 'gateway'] as const;

export type AppName = (typeof APPS)[number];

/** A fleet as processes of their own, each app once. */
export interface ObservedFleet {
  readonly redis: EmbeddedRedis;
  readonly simulator: Simulator;
  readonly apps: Readonly<Record<AppName, FleetProcess>>;
  scrape(app: AppName): Promise<string>;
  stop(): Promise<void>;
}

export interface ObservedFleetOptions {
  /** Of every app, beside what they need to find each other. */
  readonly env?: Readonly<Record<string, string>>;
  readonly redis?: RedisOptions;
  readonly simulator?: SimulatorOptions;
}

export async function startObservedFleet(options: ObservedFleetOptions = {}): Promise<ObservedFleet> {
  const redis = await startRedis({ appendFsync: 'no', ...options.redis });
  const simulator = createSimulator(options.simulator);
  const { url } = await simulator.start();
  const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-observed-'));
  const start = (app: AppName) =>
    runFleetProcess({
      entry: fileURLToPath(new URL(`../../apps/${app}/src/main.ts`, import.meta.url)),
      readyTimeoutMs: 60_000,
      env: {
        REDIS_URL: redis.url,
        CUSTOMERIO_SITE_ID: 'demo-site',
        CUSTOMERIO_TRACK_API_KEY: 'demo-key',
        CUSTOMERIO_TRACK_URL: url,
        CUSTOMERIO_WEBHOOK_SIGNING_KEY: 'demo-signing-key',
        CIO_FLEET_RETRY_BASE_MS: '50',
        CIO_FLEET_BREAKER_RESET_MS: '500',
        CIO_FLEET_FALLBACK_BASE_MS: '200',
        WORKER_PORT: '0',
        DASHBOARD_PORT: '0',
        GATEWAY_PORT: '0',
        GATEWAY_UDP_PORT: '0',
        JOURNAL_DIR: folder,
        ...options.env,
      },
    });
  const starts = await Promise.allSettled(APPS.map(start));
  const started = starts.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const stop = async () => {
    await Promise.all(started.map((app) => app.stop()));
    await simulator.stop();
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const [worker, dashboard, gateway] = started;
  if (worker === undefined || dashboard === undefined || gateway === undefined) {
    await stop();
    throw new AggregateError(starts.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])));
  }
  const apps = { worker, dashboard, gateway };
  return {
    redis,
    simulator,
    apps,
    scrape: async (app) => (await fetch(`http://127.0.0.1:${apps[app].port}/metrics`)).text(),
    stop,
  };
}
