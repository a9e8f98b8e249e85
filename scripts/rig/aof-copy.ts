import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '@cio-fleet/testkit';
import type { Redis } from 'ioredis';

const REWRITE = 'auto-aof-rewrite-percentage';

/**
 * Copies Redis's append-only folder while Redis writes to it. No rewrite may run meanwhile, because it replaces files and their
 * manifest: automatic ones are switched off first, and one that runs is waited for.
 *
 * @see https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/#backing-up-aof-persistence
 */
export async function copyAppendOnlyFile(redis: Redis, dataDir: string, targetDir: string): Promise<void> {
  const [, percentage = '100'] = (await redis.config('GET', REWRITE)) as readonly string[];
  await redis.config('SET', REWRITE, '0');
  try {
    await waitFor(
      async () => {
        const info = await redis.info('persistence');
        return /aof_rewrite_in_progress:0/.test(info) && /aof_rewrite_scheduled:0/.test(info);
      },
      { timeoutMs: 30_000, description: 'the rewrite of the log to end' },
    );
    cpSync(join(dataDir, 'appendonlydir'), join(targetDir, 'appendonlydir'), { recursive: true });
  } finally {
    await redis.config('SET', REWRITE, percentage);
  }
}
