import type { Redis } from 'ioredis';

/** What is asked of one Redis server before it is judged. */
export interface RedisFacts {
  /** `INFO`, by field. */
  readonly info: ReadonlyMap<string, string>;
  /** Settings that INFO doesn't tell; a missing one means that `CONFIG` may not be used, as with most hosted Redis. */
  readonly config: ReadonlyMap<string, string>;
  /** Round trips of pings, in ms, ascending. */
  readonly pingsMs: readonly number[];
  /** Redis's clock minus ours, in ms. */
  readonly clockOffsetMs: number;
  /** Whether the address says that it is a cluster. */
  readonly addressedAsCluster: boolean;
}

const SETTINGS = ['appendfsync', 'min-replicas-to-write'] as const;

/** @param pings - how often it is pinged. @defaultValue 20 */
export async function readRedisFacts(redis: Redis, pings = 20): Promise<RedisFacts> {
  // One for the way, so that the first measured one pays for nothing else.
  await redis.ping();
  const pingsMs: number[] = [];
  for (let index = 0; index < pings; index += 1) {
    const startedMs = performance.now();
    await redis.ping();
    pingsMs.push(performance.now() - startedMs);
  }
  const askedAtMs = Date.now();
  const [seconds, micros] = await redis.time();
  const middleMs = (askedAtMs + Date.now()) / 2;
  return {
    info: parseInfo(await redis.info()),
    config: await readConfig(redis),
    pingsMs: pingsMs.sort((left, right) => left - right),
    clockOffsetMs: Number(seconds) * 1_000 + Number(micros) / 1_000 - middleMs,
    addressedAsCluster: false,
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

async function readConfig(redis: Redis): Promise<ReadonlyMap<string, string>> {
  const config = new Map<string, string>();
  for (const name of SETTINGS) {
    try {
      const answer: unknown = await redis.config('GET', name);
      const value: unknown = Array.isArray(answer) ? answer[1] : undefined;
      if (typeof value === 'string') config.set(name, value);
    } catch (error) {
      // Redis itself said no (a renamed command, a missing right); a lost connection is another matter.
      if ((error as Error).name !== 'ReplyError') throw error;
    }
  }
  return config;
}
