import { workspaceKeys } from '@cio-fleet/contracts';
import { createHttpService } from '@cio-fleet/lifecycle';
import { createLogger, createRegistry } from '@cio-fleet/telemetry';
import express from 'express';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { createGatewayMetrics } from '../src/gateway-metrics.ts';
import { createSegmentRoutes } from '../src/segment/segment-routes.ts';
import { startGuardedServer } from './support/guarded-server.ts';
import { postMessage } from './support/post-message.ts';
import { connected, regional } from './support/regional.ts';

const redisUrl = inject('redisUrl');
const redis = new Redis(redisUrl);
afterAll(() => redis.quit());

/** Segment's dialect before a rule that refuses whom it doesn't know. */
async function startSegment() {
  const { home, us, eu, workspaces } = regional('refuse');
  const guard = await connected(await startGuardedServer({ redisUrl, workspaces }));
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const registry = createRegistry({ app: 'gateway', version: '0' });
  const { admission, intake } = guard;
  const routes = createSegmentRoutes({
    admission,
    intake,
    refusals: intake.refusals,
    metrics: createGatewayMetrics(registry),
    logger: createLogger({ name: 'gateway', version: '0', level: 'debug', destination }),
  });
  const http = createHttpService({ name: 'segment', port: 0, handler: express().use(routes) });
  await http.start();
  onTestFinished(() => http.stop());
  const authorization = `Basic ${Buffer.from(`${home}-key:`).toString('base64')}`;
  return {
    lines,
    async post(batch: readonly object[], headers: Readonly<Record<string, string>> = {}) {
      const response = await postMessage(`${http.url}/v1/batch`, { batch }, { authorization, ...headers });
      return { status: response.status, body: await response.json() };
    },
    async accepted() {
      const counts = [us, eu].map((workspace) => redis.hget(workspaceKeys(workspace).ledger, 'accepted'));
      return (await Promise.all(counts)).map(Number);
    },
    remembered: () => redis.keys(`*${home}?:region:*`),
  };
}

const IDENTIFY = { type: 'identify', userId: '1', traits: { region: 'EU' } };
const UNKNOWN = { type: 'track', userId: '2', event: 'Paid' };
/** Becomes two operations, or none. */
const OPENED = {
  type: 'track',
  userId: '1',
  event: 'Application Opened',
  context: { device: { token: 't', type: 'ios' } },
};
const EXCLUDED = { ...UNKNOWN, integrations: { All: false } };

describe('messages of somebody whose region is not known', () => {
  it('are answered 200 and dropped, and told by code', async () => {
    const { post, accepted, lines } = await startSegment();
    expect(await post([IDENTIFY, UNKNOWN])).toEqual({ status: 200, body: { success: true } });
    expect(await accepted()).toEqual([0, 1]);
    expect(lines.join()).toContain('REGION_UNKNOWN');
  });

  it('have strict mode refuse all, take nothing, and name the place in the batch', async () => {
    const { post, accepted, remembered } = await startSegment();
    const answer = await post([EXCLUDED, IDENTIFY, OPENED, UNKNOWN], { 'x-strict-mode': '1' });
    const errors = [{ index: 3, code: 'REGION_UNKNOWN', message: expect.stringContaining('identify with region') }];
    expect(answer).toMatchObject({ status: 400, body: { success: false, errors } });
    expect([await accepted(), await remembered()]).toEqual([[0, 0], []]);
    expect((await post([EXCLUDED, IDENTIFY, OPENED], { 'x-strict-mode': '1' })).status).toBe(200);
    expect(await accepted()).toEqual([0, 3]);
    expect(await remembered()).toHaveLength(1);
  });

  it('are no matter in an account that is known: staff of both regions reach their own workspaces', async () => {
    const { post, accepted } = await startSegment();
    const american = { ...IDENTIFY, userId: '9', traits: { region: 'US' } };
    const group = { type: 'group', groupId: 'acme', traits: { region: 'US' } };
    await post([american, IDENTIFY, { ...group, userId: '9' }, { ...group, userId: '1' }, { ...group, userId: '2' }]);
    expect(await accepted()).toEqual([2, 2]);
  });
});
