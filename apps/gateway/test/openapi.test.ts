import { readFileSync } from 'node:fs';
import { type EmbeddedRedis, type FleetProcess, startRedis } from '@cio-fleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TRACK_PATHS } from '../src/track/track-route-list.ts';
import { BASIC, startGateway } from './gateway-process.ts';

interface Documented {
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly responses: Readonly<Record<string, unknown>>;
}

const document = JSON.parse(readFileSync(new URL('../../../docs/openapi/gateway.json', import.meta.url), 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>>;
};
const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, ...operation })),
);

let redis: EmbeddedRedis;
let gateway: FleetProcess;

beforeAll(async () => {
  redis = await startRedis({ appendFsync: 'no' });
  gateway = await startGateway({ REDIS_URL: redis.url, CUSTOMERIO_WEBHOOK_SIGNING_KEY: 'whsec_test' });
});
afterAll(async () => {
  await gateway.stop();
  await redis.stop();
});

const WRITE_KEY = `Basic ${Buffer.from('demo-key:').toString('base64')}`;

/** What makes a call of this path succeed. */
function bodyFor(path: string): string | undefined {
  const bodies: Readonly<Record<string, unknown>> = {
    '/api/v1/customers/{identifier}': { plan: 'pro' },
    '/api/v1/customers/{identifier}/events': { name: 'Order' },
    '/api/v1/events': { name: 'Viewed', anonymous_id: 'a' },
    '/api/v1/customers/{identifier}/devices': { device: { id: 't', platform: 'ios' } },
    '/api/v1/merge_customers': { primary: { id: '1' }, secondary: { id: '2' } },
    '/api/v1/forms/{form_id}/submit': { data: { id: '1' } },
    '/api/v1/metrics': { delivery_id: 'd', metric: 'opened' },
    '/api/v1/push/events': { delivery_id: 'd', event: 'opened', device_id: 't', timestamp: 1_700_000_000 },
    '/push/events': { delivery_id: 'd', event: 'opened', device_id: 't', timestamp: 1_700_000_000 },
    '/api/v1/segments/{segment_id}/add_customers': { ids: ['1'] },
    '/api/v1/segments/{segment_id}/remove_customers': { ids: ['1'] },
    '/unsubscribe/{delivery_id}': { unsubscribe: true },
    '/api/v2/entity': { type: 'person', action: 'delete', identifiers: { id: '1' } },
    '/api/v2/batch': { batch: [{ type: 'person', action: 'delete', identifiers: { id: '1' } }] },
    '/notes': { sessionId: 's', key: 'k', value: 'v', component: 'c' },
    '/sessions': { sessionId: 's', userId: '1' },
  };
  return path in bodies ? JSON.stringify(bodies[path]) : '{}';
}

async function call(method: string, path: string, authorization?: string): Promise<number> {
  const filled = path
    .replace('{segment_id}', '7')
    .replace('{workspace}', 'default')
    .replaceAll(/\{\w+\}/g, '1');
  const response = await fetch(`http://127.0.0.1:${gateway.port}${filled}`, {
    method,
    headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
    ...(method !== 'GET' && { body: bodyFor(path) ?? null }),
  });
  await response.arrayBuffer();
  return response.status;
}

describe('docs/openapi/gateway.json', () => {
  it.each(documented.map((operation) => [operation.method, operation.path, operation] as const))(
    'tells truly what %s %s answers, with credentials and without',
    async (method, path, { security, responses }) => {
      const kind = Object.keys((security ?? [{ basic: [] }])[0] ?? {})[0];
      const credentials = kind === undefined ? undefined : kind === 'basic' ? BASIC : WRITE_KEY;
      const status = await call(method, path, credentials);
      expect(Object.keys(responses)).toContain(String(status));
      // A webhook without a signature is the one that can't succeed here.
      if (!path.startsWith('/webhooks/')) expect(status).toBeLessThan(300);
      if (kind !== undefined) expect(await call(method, path)).toBe(401);
    },
  );

  it('has every path of the Track API that is served, and no other', () => {
    const shape = (path: string) => path.replaceAll(/\{\w+\}/g, '*');
    const told = documented.filter(({ path }) => /^\/(api|push|unsubscribe)\//.test(path));
    const served = TRACK_PATHS.map(({ method, path }) => `${method} ${path}`);
    expect(told.map(({ method, path }) => `${method} ${shape(path)}`).toSorted()).toEqual(served.toSorted());
  });
});
