import { deadLetterQueueName, queueKeyPrefix, verbOf } from '@cio-fleet/contracts';
import { type DeadLetterPage, listDeadLetters, type RestingDeadLetter } from '@cio-fleet/lanes';
import type { Redis } from 'ioredis';

/** A dead letter at rest, without payloads: a packed one may have megabytes of them. */
export interface RestingOutline extends Omit<RestingDeadLetter, 'operations'> {
  readonly operations: readonly OperationOutline[];
}

export interface OperationOutline {
  readonly id: string;
  readonly verb: string;
  /** Of an event, page or screen. */
  readonly title: string | undefined;
}

/** The newest dead letters of each workspace, for pages that look through them. */
export interface RestingDeadLetters {
  /** Newest first, at most {@link MOST_DEAD_LETTERS}. */
  newest(workspace: string): Promise<readonly RestingOutline[]>;
}

/** Dead letters that a page looks through: a storm must not make it slow. */
export const MOST_DEAD_LETTERS = 2_000;
const READ_AT_ONCE = 100;
/** What stands in a dead letter never changes, so this only bounds a mistake. */
const KEPT_MS = 30_000;

/** Reads them once, and again only when one came or went: that takes one small question to find out. */
export function createRestingDeadLetters(redis: Redis): RestingDeadLetters {
  const kept = new Map<string, { state: string; atMs: number; answer: Promise<readonly RestingOutline[]> }>();
  return {
    async newest(workspace) {
      const [state, nowMs] = [await stateOf(redis, workspace), Date.now()];
      const before = kept.get(workspace);
      if (before?.state === state && nowMs - before.atMs < KEPT_MS) return before.answer;
      const answer = readNewest(redis, workspace);
      kept.set(workspace, { state, atMs: nowMs, answer });
      answer.catch(() => kept.delete(workspace)); // its asker is told; the next one asks anew
      return answer;
    },
  };
}

/** Differs when a dead letter has come (the newest is another one) or gone (there are fewer). */
async function stateOf(redis: Redis, workspace: string): Promise<string> {
  const failed = `${queueKeyPrefix(workspace, deadLetterQueueName(workspace))}failed`;
  const [count, newest] = await Promise.all([redis.zcard(failed), redis.zrevrange(failed, 0, 0, 'WITHSCORES')]);
  return [count, ...newest].join(' ');
}

async function readNewest(redis: Redis, workspace: string): Promise<readonly RestingOutline[]> {
  const found: RestingOutline[] = [];
  let after: DeadLetterPage['next'];
  do {
    const page: DeadLetterPage = await listDeadLetters({
      ...{ redis, workspace, limit: READ_AT_ONCE },
      ...(after === undefined ? {} : { after }),
    });
    found.push(...page.deadLetters.map(outlineOf));
    after = page.next;
  } while (after !== undefined && found.length < MOST_DEAD_LETTERS);
  return found;
}

function outlineOf(deadLetter: RestingDeadLetter): RestingOutline {
  const operations = deadLetter.operations.map(({ id, op }) => {
    const title = 'name' in op && typeof op.name === 'string' ? op.name : undefined;
    return { id, verb: verbOf(op), title };
  });
  return { ...deadLetter, operations };
}
