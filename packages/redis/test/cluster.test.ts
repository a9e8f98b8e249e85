import { readFleetState } from '@cio-fleet/lanes';
import { waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkRedis } from '../src/check-redis.ts';
import { createRedis } from '../src/create-redis.ts';
import { type ClusterGroup, startCluster } from './support/cluster.ts';
import { startDrill } from './support/drill.ts';
import { settingsOf } from './support/settings.ts';

let cluster: ClusterGroup;

beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());

const client = (purpose: 'page' | 'worker') =>
  createRedis({ settings: settingsOf(cluster.url), purpose, connectionName: 'test' });

it('is checked node by node, and a node alone is refused as address', async () => {
  const redis = client('page');
  await redis.connect();
  const { findings } = await checkRedis(redis, { environment: 'production' });
  expect(findings.filter(({ check }) => check.startsWith('cluster mode of 127.0.0.1:'))).toHaveLength(3);
  redis.disconnect();
  const alone = new Redis(cluster.nodes[0]?.url ?? '');
  const { refusals } = await checkRedis(alone, { environment: 'production' });
  expect(refusals).toContainEqual(expect.objectContaining({ check: 'cluster mode', level: 'fail' }));
  alone.disconnect();
});

it('carries a workspace on one node, also when that node restarts under load', { timeout: 90_000 }, async ({
  annotate,
}) => {
  const drill = await startDrill({
    env: { REDIS_URL: cluster.url },
    producer: { redisUrl: cluster.url },
  });
  const load = drill.load();
  await waitFor(() => drill.arrived() > 500, { timeoutMs: 20_000 });
  const reader = client('page');
  await reader.connect();
  const { residue, workers } = await readFleetState(reader, 'default');
  expect({ residue, workers: workers.length }).toEqual({ residue: 0, workers: 1 });
  reader.disconnect();

  const home = await cluster.nodeOf('default');
  await home.kill();
  const killedMs = performance.now();
  // Long enough for the others to call it failed, and for commands on their way to fail.
  await waitFor(() => performance.now() - killedMs > 3_000);
  await home.restart();
  const restartedMs = performance.now();
  const before = drill.arrived();
  await waitFor(() => drill.arrived() > before + 200, { timeoutMs: 30_000 });
  const workingMs = performance.now() - restartedMs;
  await load.end();
  await drill.allArrived(20_000);
  await annotate(`delivering ${Math.round(workingMs)} ms after the restart`);
  expect(drill.verdict()).toMatchObject({ lost: 0, outOfOrder: 0 });
  expect(workingMs).toBeLessThan(10_000);
  expect(drill.worker.stdout.join('\n')).not.toContain('WORKER_STUCK');
  // BullMQ may wait for the end of a connection for ever after this; a stop does not.
  const stoppingMs = performance.now();
  expect(await drill.worker.stop()).toBe(0);
  expect(performance.now() - stoppingMs).toBeLessThan(8_000);
  await drill.stop();
});
