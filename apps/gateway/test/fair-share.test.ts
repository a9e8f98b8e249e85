import { laneQueueName, workspaceKeys } from '@cio-fleet/contracts';
import type { EnqueueResult, OperationInput } from '@cio-fleet/producer';
import { uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, expect, inject, it } from 'vitest';
import { startGuardedServer, workspaceNamed } from './support/guarded-server.ts';

const redisUrl = inject('redisUrl');
const redis = new Redis(redisUrl);
afterAll(() => redis.quit());

const PATIENCE = { timeoutMs: 30_000 };
const event = (id: string): OperationInput => ({
  type: 'person',
  action: 'event',
  identifiers: { id },
  name: 'Viewed',
});
const batch = (count: number) => Array.from({ length: count }, (_, index) => event(String(index)));
const percentile = (values: readonly number[], share: number) =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length * share)] ?? Number.NaN;

async function setUp() {
  const workspace = uniqueWorkspace('share');
  const server = await startGuardedServer({
    redisUrl,
    workspaces: [workspaceNamed(workspace)],
    laneMaxBytes: 1_000_000,
    intervals: { lanesMs: 100 },
    acceptTimeoutMs: 30_000,
  });
  await waitFor(() => server.redis.status === 'ready', PATIENCE);
  const send = (source: string, operations: readonly OperationInput[]) =>
    server.intake.accept({ workspace, source, keyId: `${workspace}/${source}` }, operations);
  return { workspace, server, send };
}

it('lets single calls of one source overtake the batches that another floods with', async () => {
  const { send } = await setUp();
  let isFlooding = true;
  const noisyMs: number[] = [];
  const quietMs: number[] = [];
  const timed = async (into: number[], call: Promise<readonly EnqueueResult[]>) => {
    const startedAt = performance.now();
    const results = await call;
    if (results.every(({ ok }) => ok)) into.push(performance.now() - startedAt);
    return results;
  };
  const flood = Array.from({ length: 40 }, async () => {
    while (isFlooding) {
      const [first] = await timed(noisyMs, send('noisy', batch(1_000)));
      // What is busy is told at once: who comes again at once would measure nothing but itself.
      if (first?.ok !== true) await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
  for (let call = 0; call < 100; call += 1) {
    const [result] = await timed(quietMs, send('quiet', [event(`quiet-${call}`)]));
    expect(result?.ok).toBe(true);
  }
  isFlooding = false;
  await Promise.all(flood);
  // 10,000 operations of the flood wait at any time, and its calls take as long as those: nobody else's do.
  expect(noisyMs.length).toBeGreaterThan(10);
  expect(percentile(quietMs, 0.5)).toBeLessThan(percentile(noisyMs, 0.5) / 3);
  expect(percentile(quietMs, 0.95)).toBeLessThan(percentile(noisyMs, 0.5));
});

it('takes a lone source at full speed, with nothing refused', async () => {
  const { workspace, send } = await setUp();
  const results = (await Promise.all(Array.from({ length: 9 }, () => send('alone', batch(1_000))))).flat();
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  expect(await redis.hget(workspaceKeys(workspace).ledger, 'accepted')).toBe('9000');
});

it('slows down the source that fills the lanes while something is delivered, and no other', async () => {
  const { workspace, server, send } = await setUp();
  const keys = workspaceKeys(workspace);
  await send('quiet', [event('1')]);
  await send('noisy', batch(500));
  // As workers leave it that deliver less than comes in.
  await redis.hset(keys.waiting, `${laneQueueName(workspace, 3)}:bytes`, 900_000);
  const slowed = await waitFor(async () => {
    await redis.hincrby(keys.ledger, 'delivered', 1);
    const [, result] = await Promise.all([
      send('quiet', [event('1')]),
      send('noisy', batch(10)).then(([first]) => first),
    ]);
    return result !== undefined && !result.ok && result.error;
  }, PATIENCE);
  expect(slowed).toMatchObject({ code: 'SOURCE_OVER_SHARE' });
  expect(await send('quiet', [event('1')])).toMatchObject([{ ok: true }]);
  expect(server.log.join()).toContain(`${workspace}/noisy`);

  await redis.hset(keys.waiting, `${laneQueueName(workspace, 3)}:bytes`, 1_000);
  await waitFor(async () => (await send('noisy', [event('1')]))[0]?.ok === true, PATIENCE);
});

it('slows down nobody while nothing is delivered, for that is an outage', async () => {
  const { workspace, server, send } = await setUp();
  await redis.hset(workspaceKeys(workspace).waiting, `${laneQueueName(workspace, 3)}:bytes`, 900_000);
  for (let round = 0; round < 10; round += 1) {
    expect(await send('quiet', [event('1')])).toMatchObject([{ ok: true }]);
    expect((await send('noisy', batch(50))).every(({ ok }) => ok)).toBe(true);
  }
  expect(server.log.join()).not.toContain('slowed down');
});
