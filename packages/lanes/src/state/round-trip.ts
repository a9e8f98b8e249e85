import type { Redis } from 'ioredis';

/** One Redis command and its arguments. */
export type Command = readonly [name: string, ...args: (string | number)[]];

/**
 * Sends `commands` in one round trip and gives their answers in order. `atomic` runs them as one transaction, so that the
 * answers fit each other.
 *
 * @throws the first command's error, if any.
 */
export async function roundTrip(
  redis: Redis,
  commands: readonly Command[],
  { atomic = false }: { readonly atomic?: boolean } = {},
): Promise<readonly unknown[]> {
  if (commands.length === 0) return [];
  const batch = atomic ? redis.multi() : redis.pipeline();
  for (const [name, ...args] of commands) batch.call(name, ...args);
  const answers = await batch.exec();
  if (answers === null) throw new Error('Redis discarded the transaction; try again');
  return answers.map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}

/** The answer of HGETALL inside a pipeline: a flat list of fields and values, or an object. */
export function hashOf(answer: unknown): Record<string, string> {
  if (!Array.isArray(answer)) return { ...(answer as Record<string, string> | null) };
  const hash: Record<string, string> = {};
  for (let index = 0; index + 1 < answer.length; index += 2) hash[String(answer[index])] = String(answer[index + 1]);
  return hash;
}
