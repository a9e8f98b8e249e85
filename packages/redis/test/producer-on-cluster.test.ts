import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { queuePrefix } from '@cio-fleet/contracts';
import { createProducer, type Producer } from '@cio-fleet/producer';
import { uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createRedis } from '../src/create-redis.ts';
import { type ClusterGroup, startCluster } from './support/cluster.ts';
import { settingsOf } from './support/settings.ts';
import { callNumbered, expectedNumbers, waitingNumbers } from './support/waiting-numbers.ts';

const run = promisify(execFile);
const ONE_CALL = fileURLToPath(new URL('./fixtures/one-call.ts', import.meta.url));
const CLI = fileURLToPath(new URL('../../../apps/cli/src/main.ts', import.meta.url));
const SOURCE = '--conditions=@cio-fleet/source';

let cluster: ClusterGroup;
let reader: Redis;
const producers: Producer[] = [];

beforeAll(async () => {
  cluster = await startCluster();
  reader = createRedis({ settings: settingsOf(cluster.url), purpose: 'worker', connectionName: 'test' });
  await reader.connect();
});
afterEach(async () => {
  for (const producer of producers.splice(0)) await producer.close({ timeoutMs: 1_000 });
});
afterAll(async () => {
  reader.disconnect();
  await cluster.stop();
});

function producerFor(workspace: string): Producer {
  // A loaded machine is slow; these tests aren't about time.
  const producer = createProducer({ redisUrl: cluster.url, workspace, enqueueTimeoutMs: 30_000 });
  producers.push(producer);
  return producer;
}

/** A workspace that lives on a node of the cluster. */
async function workspaceOn(node: number): Promise<string> {
  for (;;) {
    const workspace = uniqueWorkspace('cluster');
    if ((await cluster.nodeOf(workspace)) === cluster.nodes[node]) return workspace;
  }
}

it.each([0, 1, 2])('finds the node of its workspace, here node %i of those in the address', async (node) => {
  const workspace = await workspaceOn(node);
  const oks = await callNumbered(producerFor(workspace), 0, 200);
  expect(oks).toHaveLength(200);
  expect(await waitingNumbers(reader, workspace)).toEqual(expectedNumbers(oks));
});

it('keeps operations while the node of its workspace is away, and writes them once and in order when it is back', {
  timeout: 90_000,
}, async () => {
  const workspace = await workspaceOn(1);
  const producer = producerFor(workspace);
  const before = await callNumbered(producer, 0, 100);
  const home = await cluster.nodeOf(workspace);
  await home.kill();
  const calls = callNumbered(producer, 100, 400);
  // Some of the calls are made while the others call the node failed.
  await waitFor(async () => String(await otherInfo(home.port)).includes('cluster_state:fail'), { timeoutMs: 30_000 });
  await home.restart();
  const oks = [...before, ...(await calls)];
  expect(oks).toHaveLength(400);
  expect(await waitingNumbers(reader, workspace)).toEqual(expectedNumbers(oks));
});

it('follows its workspace to another node', { timeout: 90_000 }, async () => {
  const workspace = await workspaceOn(2);
  const producer = producerFor(workspace);
  expect(await callNumbered(producer, 0, 1)).toEqual([0]);
  // Keys can't be left behind by a slot that moves; here they needn't come along.
  const keys = await keysOn(2, workspace);
  await reader.del(...keys);
  await moveSlot(workspace, 0);
  expect(await callNumbered(producer, 1, 101)).toHaveLength(100);
  expect(await keysOn(0, workspace)).not.toEqual([]);
});

it('lets a script that never closes the producer end by itself', async () => {
  const args = [SOURCE, ONE_CALL, cluster.url, uniqueWorkspace('script')];
  const { stdout, stderr } = await run(process.execPath, args, { timeout: 50_000 });
  expect({ result: JSON.parse(stdout), stderr }).toMatchObject({ result: { ok: true }, stderr: '' });
});

it('is what the fleet command sends by', async () => {
  const workspace = uniqueWorkspace('cli');
  const args = [SOURCE, CLI, 'send', 'track', '42', 'Ordered', '--workspace', workspace];
  const env = { ...process.env, REDIS_URL: cluster.url };
  await run(process.execPath, args, { timeout: 50_000, env });
  expect(await reader.hget(`${queuePrefix(workspace)}:ledger`, 'accepted')).toBe('1');
});

async function onNode<T>(node: number, ask: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(cluster.nodes[node]?.url ?? '');
  try {
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
}

const otherInfo = (port: number) =>
  onNode(
    cluster.nodes.findIndex((node) => node.port !== port),
    (redis) => redis.call('CLUSTER', 'INFO'),
  );

const keysOn = (node: number, workspace: string) => onNode(node, (redis) => redis.keys(`${queuePrefix(workspace)}*`));

async function moveSlot(workspace: string, target: number): Promise<void> {
  const id = String(await onNode(target, (redis) => redis.call('CLUSTER', 'MYID')));
  for (const node of [target, ...cluster.nodes.keys()]) {
    await onNode(node, async (redis) => {
      const slot = Number(await redis.call('CLUSTER', 'KEYSLOT', queuePrefix(workspace)));
      await redis.call('CLUSTER', 'SETSLOT', slot, 'NODE', id);
    });
  }
}
