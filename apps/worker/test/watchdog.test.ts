import { createProducer } from '@cio-fleet/producer';
import { createSimulator } from '@cio-fleet/simulator';
import { startPickyProxy, startRedis, waitFor } from '@cio-fleet/testkit';
import { expect, it } from 'vitest';
import { plainWorkspace, startWorker } from './worker-process.ts';

it('exits with 1 when its consumers stay deaf, so that the supervisor starts a sound one, which delivers', async () => {
  const redis = await startRedis({ appendFsync: 'no' });
  const proxy = await startPickyProxy(redis.port);
  const simulator = createSimulator();
  const { url } = await simulator.start();
  const env = {
    ...plainWorkspace(url),
    CIO_FLEET_LANES: '1',
    CIO_FLEET_STALLED_CHECK_MS: '300',
    CIO_FLEET_STOP_DEADLINE_MS: '2000',
  };
  // The blocking connections of BullMQ's workers, by their names.
  proxy.refuse = /:w:/;
  const worker = await startWorker({ ...env, REDIS_URL: proxy.url, CIO_FLEET_WATCHDOG_MS: '1000' });
  let exitCode: number | undefined;
  void worker.stopped.then((code) => {
    exitCode = code;
  });
  const cio = createProducer({ redisUrl: redis.url, lanes: 1 });
  let sent = 0;
  await waitFor(
    async () => {
      sent += 1;
      await cio.track(`p${sent}`, 'Waits');
      return exitCode !== undefined;
    },
    { timeoutMs: 20_000, intervalMs: 300 },
  );
  expect(exitCode).toBe(1);
  expect(worker.stdout.join('\n')).toContain('WORKER_STUCK');

  const next = await startWorker({ ...env, REDIS_URL: redis.url });
  await waitFor(() => simulator.person(`p${sent}`), { timeoutMs: 15_000 });
  expect(await next.stop()).toBe(0);
  await cio.close({ timeoutMs: 500 });
  await proxy.close();
  await simulator.stop();
  await redis.stop();
});
