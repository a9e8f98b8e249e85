import { fileURLToPath } from 'node:url';
import { type FleetProcess, runFleetProcess } from '@cio-fleet/testkit';
import { freeOrAny } from './ports.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Shorter than in production, so that an outage can be watched from its start to its end. What is set already wins. */
const DEMO_TIMES = {
  CIO_FLEET_BREAKER_RESET_MS: '5000',
  CIO_FLEET_FALLBACK_BASE_MS: '3000',
  CIO_FLEET_FALLBACK_CAP_MS: '10000',
  CIO_FLEET_RETRY_BASE_MS: '500',
} as const;

export interface DemoApps {
  readonly simulator: FleetProcess;
  readonly worker: FleetProcess;
  readonly dashboard: FleetProcess;
  readonly gateway: FleetProcess;
}

/** The one workspace of the demo. */
export const DEMO_CREDENTIALS = { siteId: 'demo-site', apiKey: 'demo-key' } as const;

const UDP_PORT = 8081;

/** Where the demo keeps its data, and what it was started with. */
export interface DemoPlaces {
  readonly redisUrl: string;
  readonly journalDir: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Starts the apps, each on its default port, or on any where that is taken. */
export async function startApps({ redisUrl, journalDir, env }: DemoPlaces): Promise<DemoApps> {
  const fleetVariables = Object.entries(env).filter(([name]) => /^(CIO_FLEET_|LOG_LEVEL$)/.test(name));
  const common = {
    ...DEMO_TIMES,
    ...Object.fromEntries(fleetVariables),
    REDIS_URL: redisUrl,
    JOURNAL_DIR: journalDir,
  };
  const run = async (app: string, portVariable: string, port: number, more: Record<string, string>) =>
    runFleetProcess({
      entry: `${ROOT}apps/${app}/src/main.ts`,
      env: { ...common, ...more, [portVariable]: String(await freeOrAny(Number(env[portVariable] ?? port))) },
    });

  const simulator = await run('simulator', 'SIMULATOR_PORT', 8090, {});
  const workspace = {
    CUSTOMERIO_SITE_ID: DEMO_CREDENTIALS.siteId,
    CUSTOMERIO_TRACK_API_KEY: DEMO_CREDENTIALS.apiKey,
    CUSTOMERIO_TRACK_URL: `http://127.0.0.1:${simulator.port}`,
  };
  const udpPort = String(await freeOrAny(Number(env.GATEWAY_UDP_PORT ?? UDP_PORT)));
  const [worker, dashboard, gateway] = await Promise.all([
    run('worker', 'WORKER_PORT', 9090, workspace),
    // The demo listens on loopback only, and shows what an operator may do.
    run('dashboard', 'DASHBOARD_PORT', 3000, { ...workspace, DASHBOARD_AUTH: 'none' }),
    run('gateway', 'GATEWAY_PORT', 8080, { ...workspace, GATEWAY_UDP_PORT: udpPort }),
  ]);
  return { simulator, worker, dashboard, gateway };
}
