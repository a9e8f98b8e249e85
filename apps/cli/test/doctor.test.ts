import { fileURLToPath } from 'node:url';
import { createSimulator } from '@cio-fleet/simulator';
import {
  type EmbeddedRedis,
  type FleetProcess,
  runFleetProcess,
  startRedis,
  uniqueWorkspace,
  waitFor,
} from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { Finding } from '../src/doctor/finding.ts';
import { seedDeadLetters } from './fixtures/queued-operations.ts';
import { runFleet } from './fixtures/run-fleet.ts';

const WORKER = fileURLToPath(new URL('../../worker/src/main.ts', import.meta.url));

async function doctor(env: Readonly<Record<string, string>>, ...args: string[]) {
  const { exitCode, stdout, stderr } = await runFleet(['doctor', '--json', ...args], { env });
  const { healthy, findings } = JSON.parse(stdout) as { healthy: boolean; findings: readonly Finding[] };
  return {
    exitCode,
    healthy,
    stdout,
    stderr,
    levels: Object.fromEntries(findings.map(({ check, level }) => [check, level])),
  };
}

describe('fleet doctor', () => {
  it('finds what is missing in a new workspace, with a remedy for each, and exits with 5', async () => {
    const env = { REDIS_URL: inject('redisUrl') };
    const workspace = uniqueWorkspace('doctor');
    const { exitCode, stdout } = await runFleet(['doctor', '--workspace', workspace], { env });
    expect(exitCode).toBe(5);
    expect(stdout).toMatch(/fail {2}workers .*none alive\n +→ start one with: npm run start:worker/);
    expect(stdout).toMatch(/skip {2}credentials .*none are configured here/);
  });

  it('finds a Redis that is down, and still checks the credentials', async () => {
    const result = await doctor({ REDIS_URL: 'redis://127.0.0.1:1' });
    expect(result).toMatchObject({ exitCode: 5, healthy: false, levels: { Redis: 'fail', credentials: 'skip' } });
  });

  it('finds a Redis that evicts and keeps no log', async () => {
    const server = await startRedis({ config: { appendonly: 'no', 'maxmemory-policy': 'allkeys-lru' } });
    const { levels } = await doctor({ REDIS_URL: server.url });
    await server.stop();
    expect(levels).toMatchObject({ Redis: 'ok', persistence: 'fail', 'eviction policy': 'fail', memory: 'warn' });
  });
});

describe('a fleet that runs', () => {
  const simulator = createSimulator();
  let server: EmbeddedRedis;
  let worker: FleetProcess;
  let env: Record<string, string>;

  beforeAll(async () => {
    server = await startRedis({ maxMemoryBytes: 268_435_456 });
    const { url } = await simulator.start();
    env = {
      REDIS_URL: server.url,
      CUSTOMERIO_TRACK_URL: url,
      CUSTOMERIO_SITE_ID: 'demo-site',
      CUSTOMERIO_TRACK_API_KEY: 'demo-key',
    };
    worker = await runFleetProcess({ entry: WORKER, env: { ...env, WORKER_PORT: '0' } });
  });
  afterAll(async () => {
    await worker?.stop();
    await simulator.stop();
    await server?.stop();
  });

  it('delivers what is sent, and doctor finds nothing to mend', async () => {
    expect(await runFleet(['send', 'identify', '42', '--data', '{"plan":"pro"}'], { env })).toMatchObject({
      exitCode: 0,
    });
    await waitFor(() => simulator.person('42')?.attributes.plan === 'pro', { description: 'the person to arrive' });
    const result = await waitFor(
      async () => {
        const found = await doctor(env);
        return found.levels.workers === 'ok' && found;
      },
      { description: 'all lanes to be taken' },
    );
    expect(result).toMatchObject({
      exitCode: 0,
      healthy: true,
      levels: { fences: 'ok', circuit: 'ok', credentials: 'ok', ledger: 'ok' },
    });
    const status = await runFleet(['status'], { env });
    expect(status.stdout).toMatch(/circuit {7}CLOSED/);
  });

  it('redrives dead letters to Customer.io', async () => {
    const redis = new Redis(server.url);
    const id = '01K0000000000000000000000A';
    await seedDeadLetters(redis, 'default', [{ id, person: 'redriven', reason: 'REJECTED', at: Date.now() - 1_000 }]);
    redis.disconnect();
    const { exitCode, stdout } = await runFleet(['redrive', '--yes', '--person', 'redriven'], { env });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '1 dead letter redriven\n' });
    await waitFor(() => simulator.person('redriven')?.events.length === 1, { description: 'the event to arrive' });
  });

  it('has credentials that doctor never shows, right or wrong', async () => {
    const wrong = await doctor({ ...env, CUSTOMERIO_TRACK_API_KEY: 'wrong-secret' });
    expect(wrong).toMatchObject({ exitCode: 5, levels: { credentials: 'fail' } });
    expect(wrong.stdout + wrong.stderr).not.toContain('wrong-secret');
    const region = await doctor({ ...env, CUSTOMERIO_REGION: 'eu' });
    expect(region.levels.credentials).toBe('fail');
  });
});
