import { workspaceKeys } from '@cio-fleet/contracts';
import type { Logger } from '@cio-fleet/telemetry';
import type { Redis } from 'ioredis';

/** Who changed what. */
export interface AuditEntry {
  readonly user: string;
  readonly role: string;
  readonly action: string;
  readonly queue?: string;
  readonly job?: string;
  /** More about the change, in a few words. */
  readonly detail?: string;
}

/** A change, with where it is kept and how it ended. */
export interface AuditRecord extends AuditEntry {
  /** `undefined` for a change of the whole board: it is kept with every workspace. */
  readonly workspace: string | undefined;
  readonly result: string;
}

export interface AuditLog {
  /** Logs a change and keeps it in Redis. Never throws: the change has happened. */
  record(record: AuditRecord): Promise<void>;
  /** Logs what was refused. It isn't kept in Redis, where a flood of it would push out what did happen. */
  refused(entry: AuditEntry, reason: string): void;
}

/** Entries kept for each workspace, about. */
const KEPT_ENTRIES = 10_000;

/** The audit log: a line with `audit: true` each, and the stream `{cio:<workspace>}:audit`, capped. */
export function createAuditLog(options: {
  readonly redis: Redis;
  readonly logger: Logger;
  readonly workspaces: readonly string[];
  readonly now?: () => number;
}): AuditLog {
  const { redis, logger, workspaces, now = Date.now } = options;
  return {
    async record({ workspace, ...entry }) {
      logger.info({ audit: true, ...(workspace === undefined ? {} : { workspace }), ...entry }, 'changed');
      const fields = Object.entries({ at: new Date(now()).toISOString(), ...entry }).filter(
        (field): field is [string, string] => field[1] !== undefined,
      );
      try {
        for (const name of workspace === undefined ? workspaces : [workspace]) {
          await redis.xadd(workspaceKeys(name).audit, 'MAXLEN', '~', KEPT_ENTRIES, '*', ...fields.flat());
        }
      } catch (error) {
        // The line above stands; refusing the answer now would only hide what was done.
        logger.error({ audit: true, err: error }, 'audit entry not kept in Redis');
      }
    },
    refused(entry, reason) {
      logger.warn({ audit: true, ...entry, result: 'refused', reason }, 'change refused');
    },
  };
}
