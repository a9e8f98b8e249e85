import { fileURLToPath } from 'node:url';
import { type FleetProcess, runFleetProcess } from '@cio-fleet/testkit';
import { onFreePorts, type WantedPort } from './ports.ts';

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

/** The default ports, by the variables that change them. */
const PORTS = {
  simulator: { SIMULATOR_PORT: { port: 8090, protocol: 'tcp' } },
  worker: { WORKER_PORT: { port: 9090, protocol: 'tcp' } },
  dashboard: { DASHBOARD_PORT: { port: 3000, protocol: 'tcp' } },
  gateway: { GATEWAY_PORT: { port: 8080, protocol: 'tcp' }, GATEWAY_UDP_PORT: { port: 8081, protocol: 'udp' } },
} as const satisfies Record<keyof DemoApps, Record<string, WantedPort>>;

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
  const run = (app: keyof typeof PORTS, more: Readonly<Record<string, string>>) => {
    const wanted = Object.entries<WantedPort>(PORTS[app]);
    const ports = wanted.map(([name, { port, protocol }]) => ({ port: Number(env[name] ?? port), protocol }));
    return onFreePorts(ports, (free) =>
      runFleetProcess({
        entry: `${ROOT}apps/${app}/src/main.ts`,
        env: { ...common, ...more, ...Object.fromEntries(wanted.map(([name], i) => [name, String(free[i])])) },
      }),
    );
  };

  const simulator = await run('simulator', {});
  const workspace = {
    CUSTOMERIO_SITE_ID: DEMO_CREDENTIALS.siteId,
    CUSTOMERIO_TRACK_API_KEY: DEMO_CREDENTIALS.apiKey,
    CUSTOMERIO_TRACK_URL: `http://127.0.0.1:${simulator.port}`,
  };
  const [worker, dashboard, gateway] = await Promise.all([
    run('worker', workspace),
    // The demo listens on loopback only, and shows what an operator may do.
    run('dashboard', { ...workspace, DASHBOARD_AUTH: 'none' }),
    run('gateway', workspace),
  ]);
  return { simulator, worker, dashboard, gateway };
}
