import { fileURLToPath } from 'node:url';
import { type FleetProcess, runFleetProcess } from '@cio-fleet/testkit';

const ENTRY = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export const USERS = 'vera:look:viewer,otto:change:operator';
export const VIEWER = { user: 'vera', password: 'look' };
export const OPERATOR = { user: 'otto', password: 'change' };

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

export interface RunningDashboard {
  readonly process: FleetProcess;
  readonly url: string;
  /** A request as a page of the dashboard itself would send it. */
  request(path: string, options?: RequestOptions): Promise<Response>;
}

export interface RequestOptions {
  readonly as?: Credentials;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
}

/** Runs the dashboard as a process, with two users unless `env` says otherwise. */
export async function runDashboard(env: Readonly<Record<string, string | undefined>>): Promise<RunningDashboard> {
  const started = await runFleetProcess({
    entry: ENTRY,
    env: { DASHBOARD_PORT: '0', DASHBOARD_USERS: USERS, ...env },
  });
  const url = `http://127.0.0.1:${started.port}`;
  return {
    process: started,
    url,
    request: (path, { as, method = 'GET', headers, json, form } = {}) =>
      fetch(`${url}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          ...(as === undefined ? {} : { authorization: basic(as) }),
          ...(method === 'GET' ? {} : { 'sec-fetch-site': 'same-origin' }),
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
        ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
      }),
  };
}

export function basic({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
