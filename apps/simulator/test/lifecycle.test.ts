import { fileURLToPath } from 'node:url';
import { serviceConformance } from '@cio-fleet/lifecycle/conformance';
import { runFleetProcess } from '@cio-fleet/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as api from '../src/index.ts';
import { createSimulator } from '../src/index.ts';
import { runningSimulator } from './running-simulator.ts';

serviceConformance('simulator', () => {
  const simulator = createSimulator();
  return { name: simulator.name, start: () => simulator.start().then(() => undefined), stop: simulator.stop };
});

describe('a simulator', () => {
  it('keeps its port and its state over a stop and start', async () => {
    const { call, simulator, url } = await runningSimulator();
    await call('PUT /api/v1/customers/42', { plan: 'pro' });
    await simulator.stop();
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    expect((await simulator.start()).url).toBe(url);
    expect((await call('GET /_sim/people/42')).json).toMatchObject({ attributes: { plan: 'pro' } });
  });

  it('stops at once while a live stream and an idle connection are open', async () => {
    const { simulator, url } = await runningSimulator();
    const stream = await fetch(`${url}/_sim/stream`);
    await simulator.stop();
    await expect(stream.text().catch(() => 'cut')).resolves.toBeTypeOf('string');
  });

  it('exports createSimulator and nothing else at run time', () => {
    expect(Object.keys(api)).toEqual(['createSimulator']);
  });
});

describe('the simulator process', () => {
  const entry = fileURLToPath(new URL('../src/main.ts', import.meta.url));

  it('logs one ready line with its pid and port, takes its credentials from the environment, and exits 0 on SIGTERM', async () => {
    const env = {
      SIMULATOR_PORT: '0',
      CUSTOMERIO_SITE_ID: 'site',
      CUSTOMERIO_TRACK_API_KEY: 'key',
      CUSTOMERIO_REGION: 'EU',
    };
    const app = await runFleetProcess({ entry, env });
    onTestFinished(() => void app.kill('SIGKILL'));
    expect(app.ready).toMatchObject({ pid: app.pid, port: app.port, app: 'simulator' });
    const authorization = `Basic ${Buffer.from('site:key').toString('base64')}`;
    const region = await fetch(`http://127.0.0.1:${app.port}/api/v1/accounts/region`, { headers: { authorization } });
    expect(await region.json()).toMatchObject({ region: 'eu' });
    const metrics = await fetch(`http://127.0.0.1:${app.port}/metrics`);
    expect(await metrics.text()).toContain('cio_fleet_build_info');
    expect(await app.stop()).toBe(0);
    expect(app.stdout.filter((line) => line.includes('"msg":"ready"'))).toHaveLength(1);
  });

  it('names every configuration problem at once and exits 2', async () => {
    const env = { SIMULATOR_PORT: '99999', SIMULATOR_LATENCY_MS: 'slow', LOG_LEVEL: 'loud' };
    const failure: Error = await runFleetProcess({ entry, env }).then(
      () => new Error('it started'),
      (error: Error) => error,
    );
    expect(failure.message).toContain('ended with code 2');
    for (const name of Object.keys(env)) expect(failure.message).toContain(name);
  });
});
