import type { LifecycleLogger } from '@cio-fleet/lifecycle';
import type { Caller } from '../access/caller.ts';

/** Tells of messages that were answered 200 and dropped, as Segment's dialect has it. */
export interface DropLog {
  dropped(caller: Caller, code: string, count: number): void;
}

/** One line for each key and code in this time, in ms: a sender that is wrong is wrong each time. */
const QUIET_MS = 10_000;

interface Told {
  readonly atMs: number;
  /** Since that line. */
  more: number;
}

/** Logs who sent what could not be accepted and why, by code: nothing of the messages, which may be personal. */
export function createDropLog(
  logger: Pick<LifecycleLogger, 'warn'>,
  now: () => number = () => performance.now(),
): DropLog {
  const told = new Map<string, Told>();
  return {
    dropped({ workspace, source, keyId }, code, count) {
      const key = `${keyId} ${code}`;
      const before = told.get(key);
      if (before !== undefined && now() - before.atMs < QUIET_MS) {
        before.more += count;
        return;
      }
      told.set(key, { atMs: now(), more: 0 });
      const messages = count + (before?.more ?? 0);
      logger.warn({ workspace, source, keyId, code, messages }, 'messages dropped, for they can not be accepted');
    },
  };
}
