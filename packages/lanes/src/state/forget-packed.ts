import { createHash } from 'node:crypto';
import {
  deadLetterQueueName,
  erasureKey,
  isErasedBy,
  laneKeyOf,
  type QueuedOperation,
  queueKeyPrefix,
  workspaceKeys,
} from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { redisScript } from '../redis-script.ts';
import { walkFailedSet } from './failed-set.ts';
import { objectOf, parseObject, textOf } from './loose-json.ts';
import { readRestingDeadLetter } from './resting-dead-letter.ts';

/**
 * Settles some operations of a dead letter as erased where it rests. One that somebody works on, or that changed since it was read, stays:
 * on its way to a lane the erasure mark meets it.
 *
 * KEYS 1 failed · 2 the job · 3 ledger · 4 dead-letter reasons ·
 * ARGV 1 its id · 2 SHA-1 of the data that was read · 3 the data without them · 4 how many · 5 how many are left · 6 reason code ·
 *      7 why it failed
 */
const ERASE_SOME_LUA = `
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
if redis.sha1hex(redis.call('HGET', KEYS[2], 'data') or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[2], 'data', ARGV[3], 'failedReason', ARGV[7])
redis.call('HDEL', KEYS[2], 'stacktrace')
if redis.call('HEXISTS', KEYS[2], 'cio:n') == 1 then redis.call('HSET', KEYS[2], 'cio:n', ARGV[5]) end
redis.call('HINCRBY', KEYS[3], 'dead-lettered', 0 - ARGV[4])
redis.call('HINCRBY', KEYS[3], 'erased', ARGV[4])
if redis.call('HINCRBY', KEYS[4], ARGV[6], 0 - ARGV[4]) <= 0 then redis.call('HDEL', KEYS[4], ARGV[6]) end
return 1
`;

const eraseScript = redisScript(ERASE_SOME_LUA);

/**
 * Takes out of dead letters that hold others' operations, too, those of persons who were erased since; the others stay as they are.
 *
 * @param laneKeys - the persons; who was not erased keeps theirs, for they are owed
 * @returns how many operations
 */
export async function forgetPacked(redis: Redis, workspace: string, laneKeys: readonly string[]): Promise<number> {
  const marks = await marksOf(redis, workspace, laneKeys);
  if (marks.size === 0) return 0;
  let erased = 0;
  for await (const { deadLetter } of walkFailedSet(redis, workspace, { order: 'oldest-first' })) {
    const { id, operations } = deadLetter;
    if (operations.length > 1 && operations.some((operation) => isErased(operation, marks))) {
      erased += await eraseIn(redis, workspace, id, marks);
    }
  }
  return erased;
}

async function marksOf(redis: Redis, workspace: string, laneKeys: readonly string[]) {
  const marks = new Map<string, string>();
  for (const laneKey of laneKeys) {
    const mark = await redis.get(erasureKey(workspace, laneKey));
    if (mark !== null) marks.set(laneKey, mark);
  }
  return marks;
}

async function eraseIn(
  redis: Redis,
  workspace: string,
  id: string,
  marks: ReadonlyMap<string, string>,
): Promise<number> {
  const prefix = queueKeyPrefix(workspace, deadLetterQueueName(workspace));
  const { ledger, deadLetterReasons } = workspaceKeys(workspace);
  const text = await redis.hget(`${prefix}${id}`, 'data');
  const data = parseObject(text);
  if (text === null || !Array.isArray(data?.operations)) return 0;
  const left: readonly unknown[] = data.operations.filter((operation) => !isErased(operation, marks));
  const gone = data.operations.length - left.length;
  // One that is theirs alone settles as erased when it is redriven, as any other.
  if (gone === 0 || left.length === 0) return 0;
  const { code } = readRestingDeadLetter(id, [null, text, null, null]).reason;
  // What Customer.io said may be about the operation that is gone.
  const message = `${left.length} left; others of this dead letter were erased`;
  const reason = { ...objectOf(data.reason), code, message };
  const fields = [createHash('sha1').update(text).digest('hex'), JSON.stringify({ ...data, operations: left, reason })];
  const keys = [`${prefix}failed`, `${prefix}${id}`, ledger, deadLetterReasons];
  const done = await eraseScript.run(redis, keys, [id, ...fields, gone, left.length, code, `${code}: ${message}`]);
  return done === 1 ? gone : 0;
}

/** Of any version: what can't be read is nobody's. */
function isErased(operation: unknown, marks: ReadonlyMap<string, string>): boolean {
  const { id, op } = objectOf(operation) ?? {};
  if (textOf(id) === null || objectOf(op) === undefined) return false;
  try {
    const queued = operation as QueuedOperation;
    return isErasedBy(queued, marks.get(laneKeyOf(queued.op)));
  } catch {
    return false; // it has no person that a lane could be made of
  }
}
