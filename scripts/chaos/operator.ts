import { fileURLToPath } from 'node:url';
import { type FleetProcess, runFleetProcess, spawnGuarded } from '@cio-fleet/testkit';

const DASHBOARD_ENTRY = fileURLToPath(new URL('../../apps/dashboard/src/main.ts', import.meta.url));
const CLI_ENTRY = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));
const AUTHORIZATION = `Basic ${Buffer.from('otto:change').toString('base64')}`;

/** An operator with a running dashboard and the command line. */
export interface Operator {
  /** Presses a button of Bull Board; `path` is below `/queues/api/queues`. The status of the answer. */
  press(method: 'PUT' | 'PATCH' | 'POST', path: string): Promise<number>;
  /** Runs `fleet <args>`; its exit code and what it said. */
  fleet(...args: readonly string[]): Promise<{ readonly code: number; readonly output: string }>;
  stop(): Promise<void>;
}

export async function startOperator(redisUrl: string): Promise<Operator> {
  const env = {
    REDIS_URL: redisUrl,
    CUSTOMERIO_SITE_ID: 'demo-site',
    CUSTOMERIO_TRACK_API_KEY: 'demo-key',
    LOG_LEVEL: 'error',
  };
  const dashboard: FleetProcess = await runFleetProcess({
    entry: DASHBOARD_ENTRY,
    env: { ...env, DASHBOARD_PORT: '0', DASHBOARD_USERS: 'otto:change:operator' },
  });
  return {
    async press(method, path) {
      const response = await fetch(`http://127.0.0.1:${dashboard.port}/queues/api/queues${path}`, {
        method,
        headers: {
          authorization: AUTHORIZATION,
          'sec-fetch-site': 'same-origin',
          'content-type': 'application/json',
        },
        // What any of the buttons may want; each reads its own.
        body: JSON.stringify({ concurrency: 5, max: 1, duration: 1, priority: 3, name: 'x', data: {}, options: {} }),
      });
      await response.arrayBuffer();
      return response.status;
    },
    async fleet(...args) {
      const { PATH, HOME } = process.env;
      const child = await spawnGuarded({
        command: process.execPath,
        args: ['--conditions=@cio-fleet/source', CLI_ENTRY, ...args],
        env: { PATH, HOME, ...env },
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          output = (output + chunk.toString('utf8')).slice(-2000);
        });
      }
      return { code: await child.exited, output };
    },
    async stop() {
      await dashboard.stop();
    },
  };
}
