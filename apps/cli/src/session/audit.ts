import { hostname, userInfo } from 'node:os';
import { workspaceKeys } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';

/** A change that was made from the command line. */
export interface AuditedChange {
  readonly action: string;
  readonly queue?: string;
  /** More about it, in a few words. */
  readonly detail: string;
  readonly result: string;
}

/** Entries kept for each workspace, about; the dashboard writes to the same stream. */
const KEPT_ENTRIES = 10_000;

/** Notes in the workspace's audit stream who changed what. */
export async function recordChange(redis: Redis, workspace: string, change: AuditedChange): Promise<void> {
  const entry = { at: new Date().toISOString(), user: cliUser(), role: 'operator', ...change };
  const fields = Object.entries(entry).flat();
  await redis.xadd(workspaceKeys(workspace).audit, 'MAXLEN', '~', KEPT_ENTRIES, '*', ...fields);
}

/** Whoever runs this command, and where: `cli:ada@laptop`. */
export function cliUser(): string {
  return `cli:${userName()}@${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run as a number that has no name.
    return String(process.getuid?.() ?? 'unknown');
  }
}
