import { parseRedisAddress, redisConnectOptions } from '@cio-fleet/contracts';
import { waitFor } from '@cio-fleet/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkRedis } from '../src/check-redis.ts';
import { createRedis } from '../src/create-redis.ts';
import { startDrill } from './support/drill.ts';
import { type SentinelGroup, startSentinelGroup } from './support/sentinels.ts';
import { settingsOf } from './support/settings.ts';

let group: SentinelGroup;

beforeAll(async () => {
  group = await startSentinelGroup();
});
afterAll(() => group.stop());

it('warns that a fail-over loses operations where no replica has to keep up', async () => {
  const redis = createRedis({ settings: settingsOf(group.url), purpose: 'page', connectionName: 'test' });
  await redis.connect();
  const { findings } = await checkRedis(redis, { environment: 'production' });
  expect(findings).toContainEqual(expect.objectContaining({ check: 'replicas', level: 'warn' }));
  redis.disconnect();
});

it('goes on within seconds when the master dies under load, in order, with what the replica had', {
  timeout: 90_000,
}, async () => {
  const parsed = parseRedisAddress(group.url);
  if (!parsed.ok) throw new Error(parsed.problem.message);
  const target = redisConnectOptions(parsed.address);
  if (target.kind !== 'redis') throw new Error('expected Sentinels');
  const drill = await startDrill({ env: { REDIS_URL: group.url }, producer: { redis: target.options } });
  const load = drill.load();
  await waitFor(() => drill.arrived() > 500, { timeoutMs: 20_000 });

  const oldPort = await group.masterPort();
  await group.servers.find(({ port }) => port === oldPort)?.kill();
  const killedMs = performance.now();
  await waitFor(async () => (await group.masterPort()) !== oldPort, { timeoutMs: 20_000 });
  const promotedMs = performance.now() - killedMs;
  const before = drill.arrived();
  await waitFor(() => drill.arrived() > before + 200, { timeoutMs: 20_000 });
  const workingMs = performance.now() - killedMs;
  await load.end();
  await waitFor(() => drill.quietForMs() > 2_000 || drill.verdict().lost === 0, { timeoutMs: 20_000 });

  const { accepted, lost, outOfOrder } = drill.verdict();
  const times = `promoted after ${Math.round(promotedMs)} ms, delivering after ${Math.round(workingMs)} ms`;
  await annotate(`${times}, ${lost} of ${accepted} lost by asynchronous replication`);
  expect(workingMs - promotedMs).toBeLessThan(5_000);
  expect(outOfOrder).toBe(0);
  // Asynchronous replication: what the master had answered, and not yet sent on. On loopback that is next to nothing.
  expect(lost).toBeLessThan(accepted / 100);
  expect(drill.worker.stdout.join('\n')).not.toContain('WORKER_STUCK');
  await drill.stop();
});
