import { type FleetProcess, runFleetProcess } from '@cio-fleet/testkit';

const GATEWAY = new URL('../src/main.ts', import.meta.url).pathname;
const WORKER = new URL('../../worker/src/main.ts', import.meta.url).pathname;

/** Of the one workspace of the plain variables. */
export const BASIC = `Basic ${Buffer.from('demo-site:demo-key').toString('base64')}`;

/** Credentials as the plain variables give them. */
export const CREDENTIALS = { CUSTOMERIO_SITE_ID: 'demo-site', CUSTOMERIO_TRACK_API_KEY: 'demo-key' } as const;

/** A gateway as a process of its own, on any free port. */
export function startGateway(env: Readonly<Record<string, string>>): Promise<FleetProcess> {
  return runFleetProcess({
    entry: GATEWAY,
    readyTimeoutMs: 40_000,
    env: { ...CREDENTIALS, GATEWAY_PORT: '0', ...env },
  });
}

/** A worker that delivers to `trackUrl`. */
export function startDelivery(redisUrl: string, trackUrl: string): Promise<FleetProcess> {
  return runFleetProcess({
    entry: WORKER,
    readyTimeoutMs: 40_000,
    env: { ...CREDENTIALS, REDIS_URL: redisUrl, CUSTOMERIO_TRACK_URL: trackUrl, WORKER_PORT: '0' },
  });
}
