import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@cio-fleet/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import type { Verdict } from '../rig/arrival-checker.ts';
import { compileShim, NO_SHIM } from '../rig/native-shim.ts';
import { PLAIN_MIX } from '../rig/numbered-load.ts';
import { createPatchedTree } from '../rig/patched-tree.ts';
import { createPowerCut, type PowerCut } from '../rig/power-cut.ts';
import { type ProducerProcess, startProducerProcess } from '../rig/producer-process.ts';
import { type Rig, startRig } from '../rig/rig.ts';
import type { SourceTree } from '../rig/source-tree.ts';

const hasShim = compileShim('fsync-recorder') !== undefined;

let rig: Rig;
let powerCut: PowerCut | undefined;
let spoolDir: string;
let tree: SourceTree | undefined;
afterEach(async () => {
  await rig.stop();
  powerCut?.dispose();
  tree?.remove();
  tree = undefined;
  rmSync(spoolDir, { recursive: true, force: true });
});

/** Redis is away, the spool takes what is accepted, and the power goes; the next producer replays what the disk has. */
async function losePower(entry?: string): Promise<Verdict> {
  powerCut = createPowerCut();
  spoolDir = mkdtempSync(join(tmpdir(), 'cio-fleet-spool-'));
  rig = await startRig();
  const start = (personPrefix: string): Promise<ProducerProcess> =>
    startProducerProcess({
      producer: { redisUrl: rig.redis.url, spoolDir },
      ...{ seed: 9, persons: 50, personPrefix, perSecond: 800, concurrency: 50, mix: PLAIN_MIX },
      ...{ checker: rig.checker, env: { ...powerCut?.env } },
      ...(entry !== undefined && { entry }),
    });
  await rig.redis.kill();
  const first = await start('a');
  await waitFor(() => rig.checker.acceptedCount() > 1500, { timeoutMs: 20_000, description: 'a full spool' });
  first.kill('SIGKILL');
  await first.exited;
  powerCut?.cut(spoolDir);
  await rig.redis.restart();
  await rig.startWorker();
  const second = await start('b');
  expect(await second.stop()).toBe(true);
  await waitFor(async () => (await rig.ledger()).waiting === 0, { timeoutMs: 20_000, description: 'waiting = 0' });
  return rig.checker.verdict();
}

describe.skipIf(!hasShim)(`when a producer with a spool loses power${hasShim ? '' : ` (skipped: ${NO_SHIM})`}`, () => {
  it('delivers all that was accepted, in order', { timeout: 60_000 }, async () => {
    expect(await losePower()).toMatchObject({ lost: 0, outOfOrder: 0, repeats: 0, examples: [] });
  });

  it('is caught by the checker losing what a spool without fsync had not on disk', { timeout: 60_000 }, async () => {
    tree = createPatchedTree([
      { file: 'packages/producer/src/spool/segment.ts', find: 'await this.#file.sync();', replace: '' },
    ]);
    expect((await losePower(tree.producerEntry)).lost).toBeGreaterThan(500);
  });
});
