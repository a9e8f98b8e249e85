import type { Redis } from 'ioredis';

/** What is asked of Redis before it is judged. */
export interface RedisFacts {
  /** `INFO`, by field. */
  readonly info: ReadonlyMap<string, string>;
  /** `appendfsync`; `undefined` where `CONFIG` may not be used, as with most hosted Redis. */
  readonly appendFsync: string | undefined;
  /** Round trips of pings, in ms, ascending. */
  readonly pingsMs: readonly number[];
  /** Redis's clock minus ours, in ms. */
  readonly clockOffsetMs: number;
}

const PINGS = 20;

export async function readRedisFacts(redis: Redis): Promise<RedisFacts> {
  // One for the way, so that the first measured one pays for nothing else.
  await redis.ping();
  const pingsMs: number[] = [];
  for (let index = 0; index < PINGS; index += 1) {
    const startedMs = performance.now();
    await redis.ping();
    pingsMs.push(performance.now() - startedMs);
  }
  const askedAtMs = Date.now();
  const [seconds, micros] = await redis.time();
  const middleMs = (askedAtMs + Date.now()) / 2;
  return {
    info: parseInfo(await redis.info()),
    appendFsync: await readAppendFsync(redis),
    pingsMs: pingsMs.sort((left, right) => left - right),
    clockOffsetMs: Number(seconds) * 1_000 + Number(micros) / 1_000 - middleMs,
  };
}

/** The fields of `INFO`. */
export function parseInfo(text: string): ReadonlyMap<string, string> {
  const fields = text.split(/\r?\n/).flatMap((line) => {
    const colonAt = line.indexOf(':');
    return colonAt > 0 && !line.startsWith('#') ? [[line.slice(0, colonAt), line.slice(colonAt + 1)] as const] : [];
  });
  return new Map(fields);
}

async function readAppendFsync(redis: Redis): Promise<string | undefined> {
  try {
    const answer: unknown = await redis.config('GET', 'appendfsync');
    return Array.isArray(answer) ? (answer[1] as string | undefined) : undefined;
  } catch (error) {
    // Redis itself said no (a renamed command, a missing right); a lost connection is another matter.
    if ((error as Error).name === 'ReplyError') return undefined;
    throw error;
  }
}
