import { workspaceKeys } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';

/** That the first worker of another version than before came. */
export interface Deploy {
  /** By Redis's clock, in ms since the epoch. */
  readonly at: number;
  readonly version: string;
}

/** The last deploys of a workspace, at most 50, newest first. */
export async function readDeploys(redis: Redis, workspace: string): Promise<readonly Deploy[]> {
  const entries = await redis.lrange(workspaceKeys(workspace).deploys, 0, -1);
  return entries.map((entry) => {
    const space = entry.indexOf(' ');
    return { at: Number(entry.slice(0, space)), version: entry.slice(space + 1) };
  });
}
