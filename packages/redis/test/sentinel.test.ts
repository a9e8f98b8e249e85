import { type EmbeddedRedis, waitFor } from '@cio-fleet/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startDrill } from './support/drill.ts';
import { type SentinelGroup, startSentinelGroup } from './support/sentinels.ts';

let group: SentinelGroup;

beforeEach(async () => {
  group = await startSentinelGroup();
});
afterEach(() => group.stop());

/** A fail-over under load. What asynchronous replication lost is told apart from what we would have lost. */
async function failOver(strike: (master: EmbeddedRedis) => void | Promise<void>) {
  const drill = await startDrill({ env: { REDIS_URL: group.url }, producer: { redisUrl: group.url } });
  const load = drill.load();
  await waitFor(() => drill.arrived() > 500, { timeoutMs: 20_000 });

  const oldPort = await group.masterPort();
  const master = group.servers.find(({ port }) => port === oldPort);
  if (master === undefined) throw new Error('expected a master of ours');
  await strike(master);
  const struckMs = performance.now();
  await waitFor(async () => (await group.masterPort()) !== oldPort, { timeoutMs: 20_000 });
  const promotedMs = performance.now() - struckMs;
  const before = drill.arrived();
  await waitFor(() => drill.arrived() > before + 200, { timeoutMs: 30_000 });
  const workingMs = performance.now() - struckMs;
  await load.end();
  await waitFor(() => drill.quietForMs() > 4_000 || drill.verdict().lost === 0, { timeoutMs: 30_000 });
  const verdict = drill.verdict();
  const isStuck = drill.worker.stdout.join('\n').includes('WORKER_STUCK');
  await drill.stop();
  const times = `promoted after ${Math.round(promotedMs)} ms, delivering after ${Math.round(workingMs)} ms`;
  const summary = `${times}, ${verdict.lost} of ${verdict.accepted} lost by asynchronous replication`;
  return { ...verdict, isStuck, lagMs: workingMs - promotedMs, summary };
}

describe('a fail-over under load', { timeout: 90_000 }, () => {
  it('is over within seconds when the master dies, in order, with what the replica had', async ({ annotate }) => {
    const { accepted, lost, outOfOrder, isStuck, lagMs, summary } = await failOver((master) => master.kill());
    await annotate(summary);
    expect({ outOfOrder, isStuck }).toEqual({ outOfOrder: 0, isStuck: false });
    expect(lagMs).toBeLessThan(5_000);
    // What the master had answered and not yet sent on: on loopback that is next to nothing.
    expect(lost).toBeLessThan(accepted / 100);
  });

  it('is over when the master only freezes, and nobody is told that its connections are dead', async ({ annotate }) => {
    const { accepted, lost, outOfOrder, isStuck, lagMs, summary } = await failOver((master) => {
      process.kill(master.pid, 'SIGSTOP');
    });
    await annotate(summary);
    expect({ outOfOrder, isStuck }).toEqual({ outOfOrder: 0, isStuck: false });
    expect(lagMs).toBeLessThan(15_000);
    expect(lost).toBeLessThan(accepted / 100);
  });
});
