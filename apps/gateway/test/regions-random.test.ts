import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { workspaceKeys } from '@cio-fleet/contracts';
import { createSimulator, type Simulator } from '@cio-fleet/simulator';
import { runFleetProcess, waitFor } from '@cio-fleet/testkit';
import { loadGatewayWorkspaces } from '@cio-fleet/workspaces';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { startGuardedServer } from './support/guarded-server.ts';
import { createRandomCalls } from './support/random-regional-calls.ts';
import { codesOf, connected, PATIENCE, regional } from './support/regional.ts';

const redisUrl = inject('redisUrl');
const redis = new Redis(redisUrl);
afterAll(() => redis.quit());

const WORKER = fileURLToPath(new URL('../../worker/src/main.ts', import.meta.url));

const settledBy = async (workspace: string) => {
  const counts = await redis.hmget(workspaceKeys(workspace).ledger, 'delivered', 'deduplicated');
  return counts.reduce((sum, count) => sum + Number(count ?? 0), 0);
};
const textOf = (simulator: Simulator) => JSON.stringify(simulator.arrivals());

describe('of a thousand random operations', () => {
  it('nothing of a person of the EU, or of an unknown one, reaches the simulator of the US', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'regions-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { home, us, eu, regions } = regional('refuse');
    const simulators = { us: createSimulator(), eu: createSimulator() };
    onTestFinished(async () => void (await Promise.all(Object.values(simulators).map((one) => one.stop()))));
    const { url: usUrl } = await simulators.us.start();
    const { url: euUrl } = await simulators.eu.start();
    const credentials = { siteId: 'demo-site', apiKey: 'demo-key', maxRequestsPerSecond: 1_000 };
    const own = (siteId: string) => ({ gatewayKeys: [{ source: 'none', siteId, apiKey: 'none' }] });
    const path = join(folder, 'workspaces.json');
    const workspaces = [
      { name: home, ...credentials, trackUrl: usUrl, regions },
      { name: us, ...credentials, trackUrl: usUrl, ...own('us') },
      { name: eu, region: 'eu', ...credentials, trackUrl: euUrl, ...own('eu') },
    ];
    writeFileSync(path, JSON.stringify({ workspaces }));
    const load = () => loadGatewayWorkspaces({ CIO_FLEET_WORKSPACES: path });
    // Two gateways: what one learns the other must know.
    const servers = [
      await connected(await startGuardedServer({ redisUrl, workspaces: load() })),
      await connected(await startGuardedServer({ redisUrl, workspaces: load() })),
    ];
    const worker = await runFleetProcess({
      entry: WORKER,
      env: { REDIS_URL: redisUrl, CIO_FLEET_WORKSPACES: path, WORKER_PORT: '0' },
      readyTimeoutMs: 60_000,
    });
    onTestFinished(async () => void (await worker.stop()));

    const nextCall = createRandomCalls(20_261_121);
    const wrong: unknown[] = [];
    let [operations, accepted] = [0, 0];
    for (let round = 0; operations < 1_000; round += 1) {
      const call = nextCall();
      const server = servers[round % 2] as (typeof servers)[number];
      const codes = codesOf(
        await server.accept(
          home,
          call.map(({ operation }) => operation),
        ),
      );
      for (const [index, { operation, isTaken }] of call.entries()) {
        const isOk = codes[index] === 'ok';
        if (isTaken !== undefined && isTaken !== isOk) wrong.push({ code: codes[index], operation });
      }
      operations += codes.length;
      accepted += codes.filter((code) => code === 'ok').length;
    }
    expect(wrong).toEqual([]);
    // Identifies that follow each other are merged on the way, so the ledger says when all is done.
    await waitFor(async () => (await settledBy(us)) + (await settledBy(eu)) === accepted, PATIENCE);

    expect(textOf(simulators.us)).not.toMatch(/eu-person|unknown-person/);
    expect(textOf(simulators.eu)).not.toMatch(/us-person|unknown-person/);
    for (const simulator of Object.values(simulators)) expect(simulator.stats().operations).toBeGreaterThan(250);
    expect(Number(await redis.hget(workspaceKeys(home).ledger, 'accepted'))).toBe(0);
  }, 180_000);
});
