import {
  queuePrefix,
  type RedisAddress,
  type RedisTls,
  redisConnectOptions,
  redisErrorCode,
} from '@cio-fleet/contracts';
import { Redis, type RedisOptions } from 'ioredis';
import { clusterConnector, DISCONNECT_TIMEOUT_MS } from './cluster-connector.ts';
import { retryDelayMs } from './redis-failure.ts';

/** More options for the client (TLS, credentials), which go before the address, or a function that makes a client. */
export type RedisClientOptions = ClientOptions | (() => Redis);

type ClientOptions = Omit<RedisOptions, 'replyMapping'>;

/** Where Redis is, and what is wanted of it. */
export interface RedisPlace {
  readonly address: RedisAddress;
  readonly redis: RedisClientOptions | undefined;
  readonly workspace: string;
  /** How long Redis may stay silent before the connection is taken for dead. */
  readonly timeoutMs: number;
}

/** After a fail-over the old master answers READONLY, and MOVED after a cluster's: a new connection finds the new one. */
const ELSEWHERE: ReadonlySet<string | undefined> = new Set(['READONLY', 'MOVED']);

/**
 * A client for any form of address that queues nothing and repeats nothing.
 *
 * @param isWanted - whether a lost connection is made anew
 */
export function createClient(place: RedisPlace, isWanted: () => boolean): Redis {
  const { redis, workspace, timeoutMs } = place;
  if (typeof redis === 'function') return redis();
  const options: ClientOptions = {
    connectionName: `cio-fleet:${workspace}:producer`,
    connectTimeout: timeoutMs,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    // Redis announces how long loading will take, and is often done sooner.
    maxLoadingRetryTime: 250,
    ...targetOptions(place, redis),
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // A silent Redis (hung, or gone without a word) is a lost connection, not a reason to wait for ever.
    socketTimeout: timeoutMs,
    // Nothing to write, nothing to connect for: the next operation makes a new client.
    retryStrategy: (attempt) => (isWanted() ? retryDelayMs(attempt, Math.random) : null),
    // Sentinels that are all away are no other case than a Redis that is.
    sentinelRetryStrategy: () => null,
    reconnectOnError: (error) => ELSEWHERE.has(redisErrorCode(error)),
  };
  return new Redis(options);
}

function targetOptions({ address, workspace, timeoutMs }: RedisPlace, redis: ClientOptions | undefined): ClientOptions {
  // ioredis's type of the same is that of Node's TLS, which knows much more.
  const target = redisConnectOptions(address, redis?.tls as RedisTls | undefined);
  const client: ClientOptions = { ...target.options, ...redis };
  if (target.kind === 'redis') return client;
  const home = { nodes: target.nodes, client, key: queuePrefix(workspace), timeoutMs };
  return { ...client, Connector: clusterConnector(home) };
}
