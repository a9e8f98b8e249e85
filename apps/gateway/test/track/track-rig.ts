import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createProducer, type OperationInput, type Producer } from '@cio-fleet/producer';
import { createRegistry } from '@cio-fleet/telemetry';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import type { Workspace } from '@cio-fleet/workspaces';
import express from 'express';
import type { Registry } from 'prom-client';
import { readBasicCredentials } from '../../src/access/basic-credentials.ts';
import type { Caller } from '../../src/access/caller.ts';
import { createKeyring } from '../../src/access/keyring.ts';
import { createGatewayMetrics } from '../../src/gateway-metrics.ts';
import { HttpProblem } from '../../src/http/http-problem.ts';
import type { Intake } from '../../src/intake/intake.ts';
import { createTrackRoutes } from '../../src/track/track-routes.ts';

export const SITE_ID = 'demo-site';
export const API_KEY = 'demo-key';
export const BASIC = `Basic ${Buffer.from(`${SITE_ID}:${API_KEY}`).toString('base64')}`;

export interface TrackRigOptions {
  readonly redisUrl: string;
  /** Stands in front of the producer, to see or to change what goes there. @defaultValue the producer itself */
  readonly wrapIntake?: (producer: Producer) => Intake;
  /** @defaultValue one workspace of a name of its own */
  readonly workspaces?: readonly Workspace[];
  readonly publicUrl?: string;
}

/** The Track routes over real HTTP and a real producer, without the limits of the whole gateway. */
export interface TrackRig {
  readonly url: string;
  readonly port: number;
  readonly workspace: string;
  readonly producer: Producer;
  readonly registry: Registry;
  /** Operations that were accepted so far. */
  accepted(): number;
  /** What came to the intake, in order. */
  readonly taken: readonly { readonly caller: Caller; readonly operation: OperationInput }[];
  call(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  stop(): Promise<void>;
}

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

export function workspaceOf(name: string, more: Partial<Workspace> = {}): Workspace {
  const credentials = { siteId: SITE_ID, apiKey: API_KEY };
  return { name, ...credentials, region: 'us', maxRequestsPerSecond: 100, lanes: 4, gatewayKeys: [], ...more };
}

export async function startTrackRig(options: TrackRigOptions): Promise<TrackRig> {
  const workspaces = options.workspaces ?? [workspaceOf(uniqueWorkspace('track'))];
  const workspace = workspaces[0]?.name ?? '';
  const producer = createProducer({ redisUrl: options.redisUrl, workspace, enqueueTimeoutMs: 10_000 });
  const intake = options.wrapIntake?.(producer) ?? { accept: (_caller, list) => producer.enqueueMany(list) };
  const taken: { caller: Caller; operation: OperationInput }[] = [];
  let accepted = 0;
  const keyring = createKeyring(workspaces);
  const registry = createRegistry({ app: 'gateway', version: '0' });
  const quiet = { info() {}, warn() {}, error() {}, fatal() {} };
  const app = express().disable('x-powered-by').disable('etag');
  app.use(
    createTrackRoutes({
      admission: {
        basic: (request, response, next) => {
          const credentials = readBasicCredentials(request.headers.authorization);
          const caller = credentials && keyring.byBasic(credentials.user, credentials.password);
          response.locals.caller = caller;
          next(caller === undefined ? new HttpProblem('CREDENTIALS_UNKNOWN', 401, 'expected others') : undefined);
        },
        open: (_request, _response, next) => next(),
      },
      intake: {
        async accept(caller, list) {
          taken.push(...list.map((operation) => ({ caller, operation })));
          const results = await intake.accept(caller, list);
          accepted += results.filter(({ ok }) => ok).length;
          return results;
        },
      },
      isSettled: async () => (await producer.flush({ timeoutMs: 1000 })).pending === 0,
      workspaces: () => workspaces,
      metrics: createGatewayMetrics(registry),
      logger: quiet,
      publicUrl: options.publicUrl,
    }),
  );
  const server = await listen(createServer(app));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    workspace,
    producer,
    registry,
    taken,
    accepted: () => accepted,
    async call(method, path, body, headers = { authorization: BASIC }) {
      const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
      const type = { 'content-type': 'application/json' };
      const init = { method, headers: { ...type, ...headers }, ...(text !== undefined && { body: text }) };
      const response = await fetch(`${url}${path}`, init);
      return { status: response.status, text: await response.text(), headers: response.headers };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await producer.close({ timeoutMs: 1000 });
    },
  };
}

function listen(server: Server): Promise<Server> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
