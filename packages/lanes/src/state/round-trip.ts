import type { Redis } from 'ioredis';
import { redisScript } from '../redis-script.ts';

/** One Redis command and its arguments. */
export type Command = readonly [name: string, ...args: (string | number)[]];

/**
 * Sends `commands` in one round trip and gives their answers in order.
 *
 * @throws the first command's error, if any.
 */
export async function roundTrip(redis: Redis, commands: readonly Command[]): Promise<readonly unknown[]> {
  if (commands.length === 0) return [];
  const batch = redis.pipeline();
  for (const [name, ...args] of commands) batch.call(name, ...args);
  const answers = (await batch.exec()) ?? [];
  return answers.map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}

/**
 * Runs reading commands of `ARGV` as one step. KEYS 1 a key of the slot · ARGV, for each command its length, then its words.
 *
 * Not MULTI: Redis queues nothing more once its memory is full, and that is when somebody looks.
 */
const SNAPSHOT_LUA = `
local answers, at = {}, 1
while at <= #ARGV do
  local words = tonumber(ARGV[at])
  answers[#answers + 1] = redis.call(unpack(ARGV, at + 1, at + words))
  at = at + words + 1
end
return answers
`;

const snapshotScript = redisScript(SNAPSHOT_LUA);

/** Answers of `commands` that fit each other: nothing is written between them. Only commands that read. */
export async function snapshot(
  redis: Redis,
  slotKey: string,
  commands: readonly Command[],
): Promise<readonly unknown[]> {
  const words = commands.flatMap((command) => [command.length, ...command]);
  return (await snapshotScript.run(redis, [slotKey], words)) as readonly unknown[];
}

/** The answer of HGETALL inside a pipeline: a flat list of fields and values, or an object. */
export function hashOf(answer: unknown): Record<string, string> {
  if (!Array.isArray(answer)) return { ...(answer as Record<string, string> | null) };
  const hash: Record<string, string> = {};
  for (let index = 0; index + 1 < answer.length; index += 2) hash[String(answer[index])] = String(answer[index + 1]);
  return hash;
}
