import { type FleetProcess, runFleetProcess } from '@cio-fleet/testkit';

export const WORKER_ENTRY = new URL('../src/main.ts', import.meta.url).pathname;

/** A worker as a process of its own, with short times and any free port. */
export function startWorker(env: Readonly<Record<string, string>>): Promise<FleetProcess> {
  return runFleetProcess({
    entry: WORKER_ENTRY,
    env: {
      WORKER_PORT: '0',
      CIO_FLEET_REQUEST_TIMEOUT_MS: '1000',
      CIO_FLEET_LOCK_MS: '3000',
      CIO_FLEET_STALLED_CHECK_MS: '1000',
      CIO_FLEET_RETRY_BASE_MS: '50',
      ...env,
    },
  });
}

/** Credentials and address of a simulator, as the plain variables give them. */
export function plainWorkspace(trackUrl: string): Record<string, string> {
  return { CUSTOMERIO_SITE_ID: 'demo-site', CUSTOMERIO_TRACK_API_KEY: 'demo-key', CUSTOMERIO_TRACK_URL: trackUrl };
}
