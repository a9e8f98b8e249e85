import { startRedis, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { startPackWorker } from '../src/queue/pack-worker.ts';

it('rests between two tries while Redis refuses its commands, tells once each, and goes on when Redis takes them', async () => {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  const admin = new Redis(server.url);
  await admin.call('ACL', 'SETUSER', 'writer', 'on', '>secret', '~*', '&*', '+@all', '-bzpopmin');
  const redis = new Redis(server.url, { username: 'writer', password: 'secret', maxRetriesPerRequest: null });
  onTestFinished(() => {
    admin.disconnect();
    redis.disconnect();
  });
  const workspace = uniqueWorkspace('journal');
  const refusals: { readonly message: string; readonly atMs: number }[] = [];
  const worker = startPackWorker({
    redis,
    workspace,
    concurrency: 4,
    lockMs: 15_000,
    stalledCheckMs: 60_000,
    refusalRestMs: 200,
    process: async () => ({ kind: 'kept' }),
    onError: ({ message }) => void refusals.push({ message, atMs: performance.now() }),
  });
  onTestFinished(() => worker.stop());
  await waitFor(() => refusals.length >= 4, { timeoutMs: 30_000 });
  const [first, , , fourth] = refusals;
  expect(first?.message).toContain('NOPERM');
  expect((fourth?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThan(550);
  await admin.call('ACL', 'SETUSER', 'writer', '+bzpopmin');
  const commands = async () => String(await admin.call('CLIENT', 'LIST'));
  await waitFor(async () => (await commands()).includes('cmd=bzpopmin'), { timeoutMs: 30_000 });
});
