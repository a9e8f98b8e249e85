import { workspaceKeys } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';

/** One entry of the audit log, as it is shown. */
export interface RecentChange {
  /** Of the entry in the stream. */
  readonly id: string;
  /** In ms since the epoch. */
  readonly at: number;
  readonly user: string;
  readonly role: string;
  readonly action: string;
  readonly queue: string;
  readonly job: string;
  readonly detail: string;
  readonly result: string;
}

/** The last `count` changes of a workspace, newest first. @param before - only those before this entry */
export async function readRecentChanges(
  redis: Redis,
  workspace: string,
  count: number,
  before?: string,
): Promise<readonly RecentChange[]> {
  const entries = await redis.xrevrange(
    workspaceKeys(workspace).audit,
    before === undefined ? '+' : `(${before}`,
    '-',
    'COUNT',
    count,
  );
  return entries.map(([id, fields]) => {
    const field = (name: string) => {
      const index = fields.findIndex((value, place) => place % 2 === 0 && value === name);
      return index < 0 ? '' : (fields[index + 1] ?? '');
    };
    return {
      id,
      // Redis's own time of the entry is its id.
      at: Number(id.split('-')[0]),
      user: field('user'),
      role: field('role'),
      action: field('action'),
      queue: field('queue'),
      job: field('job'),
      detail: field('detail'),
      result: field('result'),
    };
  });
}
