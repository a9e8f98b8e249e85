import { setTimeout as sleep } from 'node:timers/promises';
import { workspaceKeys } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible';
import type { Budget } from './budget-port.ts';
import { effectiveRate, MIN_RATE, type RateState } from './effective-rate.ts';
import { RATE_LIMIT_LUA } from './rate-limit-script.ts';
import { checkRate, type LIMITER_NAMES, limiterKeyPrefix, limiterKeys, readStoredRate } from './rate-setting.ts';

export interface BudgetOptions {
  /** Belongs to the caller, who also closes it. */
  readonly redis: Redis;
  readonly workspace: string;
  /** Requests per second of the whole fleet, unless one was set at run time. @defaultValue 100 */
  readonly requestsPerSecond?: number;
  /**
   * Part of the rate that fallback has to itself while it asks for it: the most it uses, so that recovery can't starve fresh
   * events, and what lanes leave it, so that they can't starve recovery.
   * @defaultValue 0.25
   */
  readonly fallbackShare?: number;
  /** How long Redis may take to answer, in ms, before this process goes on without it. @defaultValue 250 */
  readonly redisTimeoutMs?: number;
}

const defaults = { requestsPerSecond: 100, fallbackShare: 0.25, redisTimeoutMs: 250 } as const;

type LimiterName = (typeof LIMITER_NAMES)[number];
type Ask = { readonly granted: boolean; readonly waitMs: number };

/** A rate set at run time, or lowered by another worker, is noticed within this time. */
const REFRESH_MS = 400;
/** How far ahead a request may reserve its time, in quarters of a second: a change of the rate can't help who has reserved. */
const RESERVABLE = 1;
/** What fallback uses is charged to everyone, however far ahead that pushes the rest. */
const ANY_TIME_AHEAD = 4 * 3_600;
/** ioredis's states in which a command would only wait for a connection that may never come. */
const DISCONNECTED: ReadonlySet<string> = new Set(['reconnecting', 'close', 'end']);
/** Without Redis a process can't know the others: it takes this part of the rate. */
const ALONE_SHARE = 0.25;
/** And asks Redis again after this time. */
const ALONE_MS = 1_000;
/** Answers to requests that were under way at the first 429 must not lower the rate again and again. */
const THROTTLE_ONCE_PER_MS = 1_000;

/** Lowers the rate unless that has just been done. KEYS 1 rate · ARGV 1 new rate, 2 ms between two of these */
const THROTTLE_LUA = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local last = tonumber(redis.call('HGET', KEYS[1], 'throttledAt') or '0')
if now - last < tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'current', ARGV[1], 'throttledAt', now)
redis.call('HDEL', KEYS[1], 'cleanSince')
return 1
`;

/** The workspace's budget, kept in its Redis. Without Redis it goes on alone at a part of the rate, never blocks for ever. */
export function createBudget(options: BudgetOptions): Budget {
  const { redis, workspace, fallbackShare, redisTimeoutMs } = { ...defaults, ...options };
  const configured = checkRate(options.requestsPerSecond ?? defaults.requestsPerSecond);
  const rateKey = workspaceKeys(workspace).rate;
  const limiter = () =>
    new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: limiterKeyPrefix(workspace),
      points: configured,
      duration: RESERVABLE,
      customIncrTtlLuaScript: RATE_LIMIT_LUA,
    });
  const limiters = { total: limiter(), fallback: limiter() } as const;
  const alone = new RateLimiterMemory({ points: configured, duration: 1 });

  let state: RateState = { budget: configured };
  /** Redis's clock minus ours, in ms. */
  let clockOffsetMs = 0;
  let refreshedAtMs = Number.NEGATIVE_INFINITY;
  let aloneUntilMs = Number.NEGATIVE_INFINITY;
  let refreshing: Promise<void> | undefined;
  let isLoaded = false;

  const redisNowMs = () => Date.now() + clockOffsetMs;
  const rate = () => effectiveRate(state, redisNowMs());

  /** Redis's answer, or `undefined` when it fails or takes too long; then this process is on its own for a while. */
  async function fromRedis<T>(ask: () => Promise<T>): Promise<T | undefined> {
    let result: T | undefined;
    if (!DISCONNECTED.has(redis.status)) {
      const late = Promise.withResolvers<undefined>();
      const timer = setTimeout(late.resolve, redisTimeoutMs, undefined);
      // Failing Redis is the connection's owner's to report; here it only means going on alone.
      result = await Promise.race([ask().catch(() => undefined), late.promise]);
      clearTimeout(timer);
    }
    if (result === undefined) aloneUntilMs = performance.now() + ALONE_MS;
    return result;
  }

  async function refresh(): Promise<void> {
    refreshedAtMs = performance.now();
    const stored = await fromRedis(() => readStoredRate(redis, workspace, configured));
    isLoaded = true;
    if (stored === undefined) return;
    const isChanged = stored.state.budget !== state.budget;
    state = stored.state;
    clockOffsetMs = stored.nowMs - Date.now();
    // Times that this process reserved at the old rate meanwhile would hold a faster one up.
    if (isChanged) await fromRedis(() => redis.del(...limiterKeys(workspace)));
    if (stored.configured !== configured) await fromRedis(() => redis.hset(rateKey, 'configured', configured));
  }

  /** At most every 400 ms, and only the first one is waited for. */
  async function keepFresh(): Promise<void> {
    if (performance.now() - refreshedAtMs >= REFRESH_MS) refreshing = refresh();
    if (!isLoaded) await refreshing;
  }

  async function ask(name: LimiterName, requestsPerSecond: number): Promise<Ask> {
    if (performance.now() >= aloneUntilMs) {
      limiters[name].points = requestsPerSecond;
      const asked = await fromRedis(() => limiters[name].consume(name).then(granted, refused));
      if (asked !== undefined) return asked;
    }
    alone.points = Math.max(MIN_RATE, Math.floor(requestsPerSecond * ALONE_SHARE));
    const asked = await alone.consume(name).then(granted, refused);
    return asked.granted ? { granted: true, waitMs: 0 } : asked;
  }

  return {
    async take(purpose, signal) {
      for (;;) {
        signal.throwIfAborted();
        await keepFresh();
        const { granted, waitMs } =
          purpose === 'lane' ? await ask('total', rate()) : await ask('fallback', rate() * fallbackShare);
        if (waitMs > 0) await sleepUnlessAborted(waitMs, signal);
        if (granted) break;
      }
      signal.throwIfAborted();
      if (purpose === 'fallback' && performance.now() >= aloneUntilMs) {
        limiters.total.points = rate();
        await fromRedis(() => limiters.total.penalty('total', 1, { customDuration: ANY_TIME_AHEAD }));
      }
    },
    async throttled() {
      const lowered = Math.max(MIN_RATE, rate() / 2);
      await fromRedis(() => redis.eval(THROTTLE_LUA, 1, rateKey, lowered, THROTTLE_ONCE_PER_MS));
      await refresh();
    },
    succeeded() {
      if (state.current === undefined || state.cleanSinceMs !== undefined) return;
      const cleanSinceMs = redisNowMs();
      state = { ...state, cleanSinceMs };
      void fromRedis(() => redis.hsetnx(rateKey, 'cleanSince', Math.round(cleanSinceMs)));
    },
    current: () => ({ budget: state.budget, current: rate() }),
  };
}

function granted({ msBeforeNext }: RateLimiterRes): Ask {
  return { granted: true, waitMs: msBeforeNext };
}

/** The limiter rejects with its result when it refuses, and with an Error when it fails. */
function refused(reason: RateLimiterRes | Error): Ask {
  if (reason instanceof Error) throw reason;
  return { granted: false, waitMs: reason.msBeforeNext };
}

async function sleepUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
