import { createHash } from 'node:crypto';
import { regionKey } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { BoundedMap } from '../../protection/bounded-map.ts';
import { within } from '../../protection/within.ts';

/** What is known of some persons. */
export interface Recollection {
  /** Key -> workspace. */
  readonly known: ReadonlyMap<string, string>;
  /** False when Redis did not answer: then `known` is what this process knew last, and another gateway may know better. */
  readonly isComplete: boolean;
}

/** Remembers which workspace a person's operations go to, for all gateways, in the keys of the home workspace. */
export interface RegionMemory {
  recall(home: string, laneKeys: readonly string[]): Promise<Recollection>;
  /** @returns false when Redis did not take it, or somebody said otherwise meanwhile */
  remember(home: string, learned: ReadonlyMap<string, Learned>): Promise<boolean>;
}

/** What is to be remembered under one key. */
export interface Learned {
  readonly workspace: string;
  /** Whether it replaces what is remembered; else what another gateway heard meanwhile holds. */
  readonly overrides: boolean;
}

export interface RegionMemoryOptions {
  /** Made for a `page`: it fails at once while Redis is away. Belongs to the caller. */
  readonly redis: Redis;
  /** How long a person is remembered after the last operation, in seconds. @defaultValue 90 days */
  readonly ttlSeconds?: number;
  /** How long Redis may take, in ms. @defaultValue 250 */
  readonly timeoutMs?: number;
  readonly now?: () => number;
}

interface Cached {
  readonly workspace: string;
  /** When its time to live was set last. */
  refreshedAtMs: number;
}

const TTL_SECONDS = 90 * 86_400;
const TIMEOUT_MS = 250;
/** A person who comes all the time needs no new time to live each time. */
const REFRESH_MS = 86_400_000;
/** Persons that this process knows while Redis is away. */
const CACHED_PERSONS = 100_000;

/**
 * Redis is asked each time, because another gateway may have learned better; what this process knows itself counts only while
 * Redis is away. Persons are stored as digests: the memory says nothing to whoever reads it.
 */
export function createRegionMemory(options: RegionMemoryOptions): RegionMemory {
  const { redis, ttlSeconds = TTL_SECONDS, timeoutMs = TIMEOUT_MS, now = Date.now } = options;
  const cache = new BoundedMap<Cached>(CACHED_PERSONS);

  function cached(home: string, laneKeys: readonly string[]): Recollection {
    const known = new Map<string, string>();
    for (const laneKey of laneKeys) {
      const entry = cache.get(keyOf(home, laneKey));
      if (entry !== undefined) known.set(laneKey, entry.workspace);
    }
    return { known, isComplete: false };
  }

  function note(key: string, workspace: string): void {
    const entry = cache.get(key);
    const nowMs = now();
    if (entry?.workspace === workspace && nowMs - entry.refreshedAtMs < REFRESH_MS) return;
    cache.set(key, { workspace, refreshedAtMs: nowMs });
    // Should it fail, the next process that sees the person does it.
    redis.expire(key, ttlSeconds).catch(() => undefined);
  }

  return {
    async recall(home, laneKeys) {
      if (laneKeys.length === 0) return { known: new Map(), isComplete: true };
      if (redis.status !== 'ready') return cached(home, laneKeys);
      const keys = laneKeys.map((laneKey) => keyOf(home, laneKey));
      const found = await within(timeoutMs, redis.mget(...keys));
      if (found === undefined) return cached(home, laneKeys);
      const known = new Map<string, string>();
      for (const [index, workspace] of found.entries()) {
        const key = keys[index] as string;
        if (workspace === null) cache.delete(key);
        else {
          known.set(laneKeys[index] as string, workspace);
          note(key, workspace);
        }
      }
      return { known, isComplete: true };
    },
    async remember(home, learned) {
      if (learned.size === 0) return true;
      if (redis.status !== 'ready') return false;
      const batch = redis.pipeline();
      for (const [laneKey, { workspace, overrides }] of learned) {
        const key = keyOf(home, laneKey);
        if (overrides) batch.set(key, workspace, 'EX', ttlSeconds);
        // Since it was looked up, another gateway may have heard that the person is elsewhere: that holds.
        else batch.set(key, workspace, 'EX', ttlSeconds, 'NX');
        batch.get(key);
      }
      const answers = await within(timeoutMs, batch.exec());
      if (answers === undefined || answers === null || answers.some(([error]) => error !== null)) return false;
      const held = answers.filter((_, index) => index % 2 === 1).map(([, workspace]) => workspace);
      if ([...learned.values()].some(({ workspace }, index) => held[index] !== workspace)) return false;
      for (const [laneKey, { workspace }] of learned) {
        cache.set(keyOf(home, laneKey), { workspace, refreshedAtMs: now() });
      }
      return true;
    },
  };
}

function keyOf(home: string, laneKey: string): string {
  return regionKey(home, createHash('sha256').update(laneKey).digest().subarray(0, 16).toString('base64url'));
}
