import { cpSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@cio-fleet/testkit';
import { integerBelow } from '../../rig/seeded-random.ts';
import type { Fault, Scene } from './fault.ts';

/** `appendfsync everysec` waits up to 2 s for a slow disk, and an answer is told some time after it was given. */
const EVERYSEC_LOSS_MS = 3000;

/** How late the checker may hear of an acceptance. */
const LATE_WORD_MS = 1000;

/** A port on which nobody listens: a replica of it has no master. */
const NOBODY_PORT = 1;

/** Where a snapshot can't be written, because a folder is in its place. */
async function failSnapshots({ stage, pause, random }: Scene): Promise<void> {
  const { client, redis } = stage.rig;
  const obstacle = join(redis.dataDir, 'dump.rdb');
  mkdirSync(join(obstacle, 'in-the-way'), { recursive: true });
  try {
    await client.config('SET', 'save', '3600 1000000000');
    await client.bgsave();
    await waitFor(async () => /rdb_last_bgsave_status:err/.test(await client.info('persistence')));
    await pause(500 + integerBelow(random, 1500));
  } finally {
    await client.config('SET', 'save', '');
    rmSync(obstacle, { recursive: true, force: true });
  }
}

export const REDIS_FAULTS: readonly Fault[] = [
  {
    name: 'Redis SIGKILL, back after a while',
    family: 'redis',
    async strike({ stage, random, pause }) {
      await stage.rig.redis.kill();
      await pause(200 + integerBelow(random, 1500));
      await stage.rig.redis.restart();
    },
  },
  {
    name: 'Redis away for longer than a lock',
    family: 'redis',
    seconds: 10,
    async strike({ stage, pause }) {
      await stage.rig.redis.kill();
      await pause(5000);
      await stage.rig.redis.restart();
    },
  },
  {
    name: 'Redis loses power',
    family: 'redis',
    isPossible: ({ powerCut }) => powerCut !== undefined,
    async strike({ stage, random, pause }) {
      const { redis } = stage.rig;
      await redis.kill();
      stage.powerCut?.cut(join(redis.dataDir, 'appendonlydir'));
      if (stage.powerCutCosts !== 'nothing') {
        const isCovered = stage.powerCutCosts === 'covered';
        stage.rig.checker.mayHaveLostSince(performance.now() - EVERYSEC_LOSS_MS, isCovered);
      }
      await pause(200 + integerBelow(random, 1500));
      await redis.restart();
    },
  },
  {
    // As after a fail-over to a replica that lagged behind, or when a backup is put back.
    name: 'Redis comes back with an older copy of its data',
    family: 'redis',
    isPossible: ({ powerCutCosts }) => powerCutCosts !== 'nothing',
    async strike({ stage, random, pause }) {
      const { redis } = stage.rig;
      const live = join(redis.dataDir, 'appendonlydir');
      const copy = join(redis.dataDir, 'older-copy');
      // Without appendfsync always the log reaches the file a little after the answer.
      const copiedAtMs = performance.now();
      cpSync(live, copy, { recursive: true });
      await pause(200 + integerBelow(random, 1500));
      await redis.kill();
      rmSync(live, { recursive: true });
      renameSync(copy, live);
      stage.powerCut?.assumeSynced(live);
      stage.rig.checker.mayHaveLostSince(copiedAtMs - LATE_WORD_MS, stage.powerCutCosts === 'covered');
      await redis.restart();
    },
  },
  {
    name: 'Redis SIGSTOP for a while',
    family: 'redis',
    async strike({ stage, random, pause }) {
      const { pid } = stage.rig.redis;
      process.kill(pid, 'SIGSTOP');
      await pause(300 + integerBelow(random, 3000));
      process.kill(pid, 'SIGCONT');
    },
  },
  {
    name: 'Redis out of memory (OOM)',
    family: 'redis',
    async strike({ stage, random, pause }) {
      const { client } = stage.rig;
      await client.config('SET', 'maxmemory', '1mb');
      await pause(500 + integerBelow(random, 2500));
      await client.config('SET', 'maxmemory', '0');
    },
  },
  { name: 'Redis can’t write snapshots (MISCONF)', family: 'redis', strike: failSnapshots },
  {
    name: 'Redis turns read-only (READONLY)',
    family: 'redis',
    async strike({ stage, random, pause }) {
      const { client } = stage.rig;
      await client.replicaof('127.0.0.1', NOBODY_PORT);
      await pause(500 + integerBelow(random, 2500));
      await client.replicaof('NO', 'ONE');
    },
  },
  {
    name: 'Redis answers nobody (CLIENT PAUSE)',
    family: 'redis',
    async strike({ stage, random, pause }) {
      const ms = 500 + integerBelow(random, 2500);
      await stage.rig.client.call('CLIENT', 'PAUSE', String(ms), 'ALL');
      await pause(ms);
    },
  },
];
