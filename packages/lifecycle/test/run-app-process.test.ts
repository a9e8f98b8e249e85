import { fileURLToPath } from 'node:url';
import { runFleetProcess, waitFor } from '@cio-fleet/testkit';
import { expect, it, onTestFinished } from 'vitest';

async function startApp(env: Readonly<Record<string, string>> = {}) {
  const app = await runFleetProcess({ entry: fileURLToPath(new URL('fixtures/app.ts', import.meta.url)), env });
  onTestFinished(() => void app.kill('SIGKILL'));
  return app;
}

it('ends a real process with exit code 0 on SIGTERM', async () => {
  const app = await startApp();
  await expect(app.stop()).resolves.toBe(0);
});

it('ends a real process with exit code 1 when its stop hangs beyond the deadline', async () => {
  const app = await startApp({ HANG: '1', STOP_DEADLINE_MS: '50' });
  await expect(app.stop()).resolves.toBe(1);
});

it('ends a real process at once on the second signal', async () => {
  const app = await startApp({ HANG: '1' });
  app.kill('SIGTERM');
  await waitFor(() => app.stdout.some((line) => line.includes('stopping')));
  app.kill('SIGINT');
  await expect(app.stopped).resolves.toBe(1);
});
