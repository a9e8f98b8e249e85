import type { Heartbeat } from '@cio-fleet/lanes';
import type { Logger } from '@cio-fleet/telemetry';

/** How often the same error of the same queue is logged at most, in ms: Redis away would fill the log. */
const REPEAT_MS = 10_000;

/** How many different errors are told apart. */
const MOST_ERRORS = 1000;

export interface ErrorLog {
  log(error: Error, queue: string): void;
  last(): Heartbeat['lastError'];
}

/** Logs errors of the queues, each kind once in a while with the count of those left out. */
export function createErrorLog(logger: Logger, now: () => number = Date.now): ErrorLog {
  const seen = new Map<string, { at: number; leftOut: number }>();
  let last: Heartbeat['lastError'] = null;
  return {
    log(error, queue) {
      const code = (error as { code?: unknown }).code;
      last = { code: typeof code === 'string' ? code : error.name, message: error.message.slice(0, 300), at: now() };
      const key = `${queue} ${last.code} ${last.message.slice(0, 60)}`;
      const before = seen.get(key);
      if (before !== undefined && now() - before.at < REPEAT_MS) {
        before.leftOut += 1;
        return;
      }
      if (seen.size >= MOST_ERRORS) seen.clear();
      seen.set(key, { at: now(), leftOut: 0 });
      logger.error({ err: error, queue, repeats: before?.leftOut ?? 0 }, 'queue error');
    },
    last: () => last,
  };
}
