import { gatewayLimitKey } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import type { Caller } from '../access/caller.ts';
import { createLeasedLimit } from './leased-limit.ts';
import { createSharedWindow } from './shared-window.ts';

/** How often keys and addresses may come. Each answers undefined, or the seconds after which to come again. */
export interface RequestLimits {
  takeForKey(caller: Caller, requestsPerSecond?: number): Promise<number | undefined> | number | undefined;
  takeForAddress(address: string): Promise<number | undefined> | number | undefined;
}

export interface RequestLimitsOptions {
  /** Made for a `page`: it fails at once while Redis is away. Belongs to the caller. */
  readonly redis: Redis;
  /** Addresses belong to no workspace; their counters lie with this one's keys. */
  readonly homeWorkspace: string;
  /** Requests per second of one key, over all gateways; 0 is no limit. @defaultValue 10_000 */
  readonly perKey?: number;
  /** Requests per second of one address; 0 is no limit. @defaultValue 10_000 */
  readonly perAddress?: number;
  /** How long Redis may take, in ms, before a process goes on alone. @defaultValue 100 */
  readonly redisTimeoutMs?: number;
}

export const REQUEST_LIMIT_DEFAULTS = { perKey: 10_000, perAddress: 10_000, redisTimeoutMs: 100 } as const;

/** A limit of n requests per second is n times this in each window of it, so that a burst passes and a flood doesn't. */
export const LIMIT_WINDOW_SECONDS = 5;

export function createRequestLimits(options: RequestLimitsOptions): RequestLimits {
  const { redis, homeWorkspace, perKey, perAddress, redisTimeoutMs } = { ...REQUEST_LIMIT_DEFAULTS, ...options };
  const windowSeconds = LIMIT_WINDOW_SECONDS;
  const limit = createLeasedLimit({
    shared: createSharedWindow({ redis, windowSeconds, timeoutMs: redisTimeoutMs }),
    windowSeconds,
  });
  return {
    takeForKey: ({ workspace, keyId }, requestsPerSecond = perKey) =>
      limit.take(gatewayLimitKey(workspace, `key:${keyId}`), requestsPerSecond),
    takeForAddress: (address) => limit.take(gatewayLimitKey(homeWorkspace, `address:${address}`), perAddress),
  };
}
