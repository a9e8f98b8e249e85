import { redisConnectOptions, redisErrorCode } from '@cio-fleet/contracts';
import { Cluster, type CommonRedisOptions, Redis } from 'ioredis';
import type { RedisSettings } from './redis-settings.ts';

/**
 * - `worker`: commands wait for Redis to come back instead of failing a head.
 * - `page`: a page says within seconds that Redis is away instead of hanging; connects again by itself.
 * - `command`: a person waits in front of it, so nothing is tried for long, and a lost connection ends the session.
 */
export type RedisPurpose = 'worker' | 'page' | 'command';

/** Where the nodes that Sentinels or a cluster announce are really reached: `10.0.0.5:6379` -> host and port. */
export type RedisNatMap = Readonly<Record<string, { readonly host: string; readonly port: number }>>;

export interface CreateRedisOptions {
  readonly settings: RedisSettings;
  readonly purpose: RedisPurpose;
  /** Shown by `CLIENT LIST`. */
  readonly connectionName: string;
  /** @defaultValue none: nodes are reached as they are announced */
  readonly natMap?: RedisNatMap;
  /** Whether a lost connection is made again. @defaultValue true, but not for a `command` */
  readonly reconnect?: boolean;
}

/** Pauses between two tries to connect grow by this, in ms. */
const RETRY_STEP_MS = 50;
/** And are never longer: recovery is noticed within a second. */
const MAX_RETRY_MS = 1_000;
/** TCP asks a silent peer from this time on, in ms; a network that drops idle connections stays open too. */
const KEEP_ALIVE_MS = 10_000;
/**
 * A connection that owes an answer for this long is taken for dead, in ms: half-open ones (a node that vanished, a firewall
 * that forgot) never end by themselves. Far above any pause of a sound Redis, and idle workers ask every second.
 */
const SILENCE_MS = 10_000;
/** Somebody, or a probe, waits for a page. */
const PAGE_SILENCE_MS = 4_000;
/** Above the silence, so that a lost connection is known as such; it bounds a try on a new connection that is silent, too. */
const PAGE_COMMAND_TIMEOUT_MS = 6_000;
const CONNECT_TIMEOUT_MS = 5_000;
const COMMAND_CONNECT_TIMEOUT_MS = 3_000;
const COMMAND_TIMEOUT_MS = 10_000;
/** Each try of a command on a cluster takes 100 ms: with 200 it outlives the restart of a node. */
const CLUSTER_TRIES = 200;

const retryStrategy = (attempt: number): number => Math.min(attempt * RETRY_STEP_MS, MAX_RETRY_MS);

/** After a fail-over the old master answers READONLY; a new connection finds the new one. 2: and repeats the command there. */
const reconnectOnError = (error: Error) => (redisErrorCode(error) === 'READONLY' ? 2 : false);

const PURPOSES = {
  worker: { maxRetriesPerRequest: null, connectTimeout: CONNECT_TIMEOUT_MS, socketTimeout: SILENCE_MS },
  page: {
    maxRetriesPerRequest: 1,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: PAGE_SILENCE_MS,
    commandTimeout: PAGE_COMMAND_TIMEOUT_MS,
    enableOfflineQueue: false,
  },
  command: {
    maxRetriesPerRequest: 0,
    connectTimeout: COMMAND_CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    enableOfflineQueue: false,
  },
} as const satisfies Record<RedisPurpose, CommonRedisOptions>;

/**
 * A client for any form of address; `connect()` connects it. A cluster comes as `Redis` too: whoever uses it only sends
 * commands whose keys share one hash tag, and those are the same for both.
 */
export function createRedis(options: CreateRedisOptions): Redis {
  const { settings, purpose, connectionName, natMap, reconnect = purpose !== 'command' } = options;
  const { enableOfflineQueue, ...patience } = { enableOfflineQueue: true, ...PURPOSES[purpose] };
  const target = redisConnectOptions(settings.address, settings.tls);
  const maps = natMap === undefined ? {} : { natMap: { ...natMap } };
  // CLIENT SETINFO tells Redis the version of ioredis: one right more, for nothing that we need.
  const common = { ...patience, keepAlive: KEEP_ALIVE_MS, connectionName, disableClientInfo: true };
  const retry = reconnect ? retryStrategy : () => null;
  if (target.kind === 'redis') {
    return eagerCopies(
      new Redis({
        ...common,
        ...target.options,
        ...maps,
        enableOfflineQueue,
        lazyConnect: true,
        retryStrategy: retry,
        sentinelRetryStrategy: retry,
        reconnectOnError,
      }),
    );
  }
  const cluster = new Cluster(target.nodes, {
    ...maps,
    enableOfflineQueue,
    lazyConnect: true,
    clusterRetryStrategy: retry,
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    maxRedirections: purpose === 'worker' ? CLUSTER_TRIES : 16,
    // Certificates carry names: resolved to an address, a node could not be verified.
    ...(target.options.tls === undefined ? {} : { dnsLookup: (address, callback) => callback(null, address) }),
    redisOptions: { ...common, ...target.options },
  });
  return eagerCopies(cluster as unknown as Redis);
}

/**
 * Copies (`duplicate()`, as BullMQ makes for blocking) connect by themselves. A lazy copy whose first try fails rejects for
 * good in BullMQ, which then never takes a job: a worker made while Redis is away for a moment would stay deaf.
 */
function eagerCopies(redis: Redis): Redis {
  redis.options.lazyConnect = false;
  return redis;
}
