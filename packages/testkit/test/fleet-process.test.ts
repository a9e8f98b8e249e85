import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { runFleetProcess, waitFor } from '../src/index.ts';

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // ESRCH: gone
  }
}

it('waits for the ready line, and gives the pid and port of the app itself', async () => {
  const app = await runFleetProcess({ entry: fixture('app.ts') });
  onTestFinished(() => void app.kill('SIGKILL'));
  expect(app.ready).toMatchObject({ msg: 'ready', pid: app.pid, port: app.port });
  expect(app.stdout[0]).toBe('starting');
});

it('reports the exit code of the app after a signal', async () => {
  const app = await runFleetProcess({ entry: fixture('app.ts') });
  await expect(app.stop()).resolves.toBe(7);
  expect(app.kill()).toBe(false);
});

it('hands on the given environment and nothing else of ours', async () => {
  process.env.SECRET = 'ours';
  onTestFinished(() => void delete process.env.SECRET);
  const app = await runFleetProcess({ entry: fixture('app.ts') });
  expect(app.ready.home).toBeNull();
  await app.stop();
});

it('says what the app wrote when it ends instead of getting ready', async () => {
  const failing = runFleetProcess({ entry: fixture('app.ts'), env: { FAIL: '1' } });
  await expect(failing).rejects.toThrow(/code 2[\s\S]*no REDIS_URL/);
});

it('takes Redis and apps along when their parent is killed with SIGKILL', async () => {
  const parent = spawn(process.execPath, ['--conditions=@cio-fleet/source', fixture('parent.ts')]);
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const { redisPid, appPid } = JSON.parse(line.toString('utf8')) as { redisPid: number; appPid: number };
  expect([isAlive(redisPid), isAlive(appPid)]).toEqual([true, true]);

  parent.kill('SIGKILL');

  await waitFor(() => !isAlive(redisPid) && !isAlive(appPid), { description: 'both children to end' });
});
