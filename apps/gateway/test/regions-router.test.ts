import { createRedis, readRedisSettings } from '@cio-fleet/redis';
import { startRedis, waitFor } from '@cio-fleet/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRegionMemory } from '../src/intake/regions/region-memory.ts';
import { createRegionRouter, type Destination } from '../src/intake/regions/region-router.ts';
import { identify, PATIENCE, regional, track } from './support/regional.ts';

/** Two gateways' rules on a Redis of their own, which may be made slow. */
async function twoRouters() {
  const server = await startRedis({ appendFsync: 'no' });
  onTestFinished(() => server.stop());
  const setup = regional('us');
  const connect = async () => {
    const read = readRedisSettings(server.url, {});
    if (!read.ok) throw new Error(read.problems.join());
    const redis = createRedis({ settings: read.settings, purpose: 'page', connectionName: 'regions-test' });
    redis.on('error', () => undefined);
    onTestFinished(() => redis.disconnect());
    await redis.connect();
    await waitFor(() => redis.status === 'ready', PATIENCE);
    return redis;
  };
  const routers = [];
  const memories = [];
  for (let index = 0; index < 2; index += 1) {
    const report = { moved: () => undefined, ruleFailed: () => undefined };
    const memory = createRegionMemory({ redis: await connect() });
    const router = createRegionRouter(memory, report);
    router.replace(setup.workspaces, new Map());
    routers.push(router);
    memories.push(memory);
  }
  const [first, second] = routers;
  if (first === undefined || second === undefined) throw new Error('expected two routers');
  return {
    ...setup,
    first,
    second,
    memories,
    redis: await connect(),
    caller: { workspace: setup.home, keyId: 'test' },
  };
}

const toldOf = (destinations: readonly Destination[]) =>
  destinations.map((one) => ('workspace' in one ? one.workspace : one.failure.error.code));

describe('while Redis is slow', () => {
  it('what this gateway knew last sends nobody to the US who moved to the EU at another gateway', async () => {
    const { first, second, redis, caller, us, eu } = await twoRouters();
    await first.route(caller, [identify('mover', { region: 'US' }), identify('european', { region: 'EU' })]);
    expect(toldOf(await second.route(caller, [identify('mover', { region: 'EU' })]))).toEqual([eu]);
    await redis.call('client', 'pause', 60_000, 'all');
    const events = [track({ id: 'mover' }), track({ id: 'european' }), track({ id: 'stranger' })];
    expect(toldOf(await first.route(caller, events))).toEqual(['REGION_UNAVAILABLE', eu, 'REGION_UNAVAILABLE']);
    const metric = { type: 'delivery', action: 'metric', identifiers: { id: 'd' }, name: 'opened' } as const;
    expect(toldOf(await first.route(caller, [metric]))).toEqual([us]);
  });
});

describe('asked beforehand what it refuses', () => {
  it('the rule tells, and remembers nothing', async () => {
    const { first, second, redis, caller, us, eu } = await twoRouters();
    await first.route(caller, [identify('1', { region: 'US' }), identify('2', { region: 'EU', email: 'a@b.c' })]);
    const keys = await redis.dbsize();
    const operations = [
      { type: 'person' },
      identify('1', { email: 'a@b.c' }),
      identify('3', { region: 'EU' }),
    ] as const;
    const refusals = await first.refusals(caller, operations as Parameters<typeof first.refusals>[1]);
    expect(refusals.map((refusal) => refusal?.error.code)).toEqual([undefined, 'REGION_CONFLICT', undefined]);
    expect(await redis.dbsize()).toBe(keys);
    expect(toldOf(await second.route(caller, [track({ id: '3' }), track({ id: '2' })]))).toEqual([us, eu]);
  });
});

it('what follows from another identifier never overrides what another gateway heard meanwhile', async () => {
  const { memories, home, us, eu } = await twoRouters();
  const [first, second] = memories;
  const learned = (workspace: string, overrides: boolean) => new Map([['email:a@b.c', { workspace, overrides }]]);
  expect(await first?.remember(home, learned(us, false))).toBe(true);
  expect(await second?.remember(home, learned(us, false))).toBe(true);
  expect(await second?.remember(home, learned(eu, true))).toBe(true);
  expect(await first?.remember(home, learned(us, false))).toBe(false);
  expect(await first?.recall(home, ['email:a@b.c'])).toEqual({
    known: new Map([['email:a@b.c', eu]]),
    isComplete: true,
  });
});
