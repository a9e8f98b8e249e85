import { isWorkspaceName, MAX_LANES, parseRedisAddress, type RedisAddress } from '@cio-fleet/contracts';
import { activeTraceparent } from './active-traceparent.ts';
import { isLabel } from './call-labels.ts';
import { isLaneCount } from './enqueue-write.ts';
import type { OnError, ProducerLogger } from './failure-report.ts';
import type { JobLimits } from './lane-buffer.ts';
import type { RedisClientOptions } from './redis-client.ts';

/** Options of `createProducer`. */
export interface ProducerOptions {
  /**
   * Where Redis is: `redis://`, `rediss://` (TLS), `redis+sentinel://`, `redis+cluster://`, or the path of a socket.
   * @defaultValue `redis://127.0.0.1:6379`
   * @see docs/redis.md#addresses
   */
  readonly redisUrl?: string;
  /** Further options of the ioredis client (certificates in `tls`, say), or a function that makes the client. */
  readonly redis?: RedisClientOptions;
  /** The workspace to write to, `[a-z0-9-]{1,40}`. @defaultValue `default` */
  readonly workspace?: string;
  /**
   * How long a call may take before it answers `ENQUEUE_TIMEOUT`; the operation stays buffered. In ms.
   * @defaultValue 1000
   */
  readonly enqueueTimeoutMs?: number;
  /** Operations that may wait for Redis in memory; beyond it calls answer `BUFFER_FULL`. @defaultValue 10000 */
  readonly maxBufferedOperations?: number;
  /** Bytes of operations that may wait for Redis in memory. @defaultValue 16 MB (16,777,216) */
  readonly maxBufferedBytes?: number;
  /**
   * How long Redis may be silent before the connection is given up and made anew, in ms. Shorter notices a dead network
   * sooner; much longer than a slow disk's fsync, or writes are repeated for nothing.
   * @defaultValue 2000
   */
  readonly redisTimeoutMs?: number;
  /** Lanes of a workspace that has none yet; otherwise Redis's number is adopted. @defaultValue 8 */
  readonly lanes?: number;
  /**
   * A folder for the spool: operations that Redis can't take go to disk there, synced before the call answers `ok`, and to
   * Redis when it is back, also by the next process. One process per folder; it must outlive the process (a volume, in a
   * container). @defaultValue none: no spool
   * @see docs/spool-format.md
   */
  readonly spoolDir?: string;
  /**
   * `overflow`: the disk is used when Redis is unreachable, too slow, read-only or full. `always`: every operation goes to disk
   * first and stays there for `spoolRetainMs` after Redis took it, so that nothing is lost by a Redis that comes back with
   * less (a fail-over, an older copy); it costs a sync of the disk per group of calls. @defaultValue `overflow`
   */
  readonly spoolMode?: 'overflow' | 'always';
  /** Bytes that the spool may take on disk; beyond them calls that need it answer `SPOOL_FULL`. @defaultValue 1 GB (1,073,741,824) */
  readonly spoolMaxBytes?: number;
  /** Bytes of one file of the spool; space is freed file by file. @defaultValue 64 MB (67,108,864), at most a 16th of `spoolMaxBytes` */
  readonly spoolSegmentBytes?: number;
  /**
   * How long `always` keeps operations after Redis took them, in ms: longer than Redis's fsync interval and than a fail-over's
   * replication lag. @defaultValue 10000
   */
  readonly spoolRetainMs?: number;
  /** The name of this service, carried by every operation. @defaultValue none */
  readonly source?: string;
  /**
   * Says which trace a call is part of, as a W3C traceparent; asked at each call that has no `traceId`.
   * @defaultValue the active span of a registered OpenTelemetry SDK; pass `() => undefined` to carry none
   * @see docs/observability.md#traces
   */
  readonly traceContext?: () => string | undefined;
  /** Gets every failed call and every operation lost after its call was answered. May throw; nobody notices. */
  readonly onError?: OnError;
  /** Gets a line per kind of trouble, at most every 30 s. @defaultValue none */
  readonly logger?: ProducerLogger;
}

/** {@link ProducerOptions} with every default filled in. */
export interface ProducerSettings {
  readonly redisAddress: RedisAddress;
  readonly redis: RedisClientOptions | undefined;
  readonly workspace: string;
  readonly enqueueTimeoutMs: number;
  readonly maxBufferedOperations: number;
  readonly maxBufferedBytes: number;
  readonly redisTimeoutMs: number;
  readonly lanes: number;
  readonly source: string | undefined;
  readonly traceContext: () => string | undefined;
  readonly spoolDir: string | undefined;
  readonly spoolMode: 'overflow' | 'always';
  readonly spoolMaxBytes: number;
  readonly spoolSegmentBytes: number;
  readonly spoolRetainMs: number;
  readonly jobLimits: JobLimits;
}

export const PRODUCER_DEFAULTS = {
  redisUrl: 'redis://127.0.0.1:6379',
  workspace: 'default',
  enqueueTimeoutMs: 1_000,
  maxBufferedOperations: 10_000,
  maxBufferedBytes: 16 * 1_024 * 1_024,
  redisTimeoutMs: 2_000,
  lanes: 8,
  spoolMode: 'overflow',
  spoolMaxBytes: 1_024 * 1_024 * 1_024,
  spoolSegmentBytes: 64 * 1_024 * 1_024,
  spoolRetainMs: 10_000,
} as const satisfies ProducerOptions;

/** What one job may carry: more would gain little and make a job slow to read and to show. */
export const JOB_LIMITS = { maxOperations: 1_000, maxBytes: 256 * 1_024 } as const satisfies JobLimits;

/** The options that `createProducer` was given can't work. Carries all problems at once. */
export class ProducerOptionsError extends Error {
  readonly code = 'CONFIG_INVALID';

  constructor(problems: readonly string[]) {
    super(`createProducer: ${problems.join('; ')}`);
    this.name = 'ProducerOptionsError';
  }
}

const POSITIVE_NUMBERS = [
  'enqueueTimeoutMs',
  'maxBufferedOperations',
  'maxBufferedBytes',
  'redisTimeoutMs',
  'spoolMaxBytes',
  'spoolSegmentBytes',
  'spoolRetainMs',
] as const satisfies readonly (keyof ProducerOptions)[];

/**
 * Fills in the defaults and checks everything.
 *
 * @throws ProducerOptionsError (`CONFIG_INVALID`): wrong options are found at start, not by the first lost call
 */
export function producerSettings(options: ProducerOptions): ProducerSettings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const merged: typeof PRODUCER_DEFAULTS & ProducerOptions & { readonly spoolMode: unknown } = {
    ...PRODUCER_DEFAULTS,
    ...given,
  };
  const problems = POSITIVE_NUMBERS.filter((name) => !(Number.isFinite(merged[name]) && merged[name] > 0)).map(
    (name) => `expected ${name} to be a positive number, got ${String(merged[name])}`,
  );
  const { redisUrl } = merged;
  // The URL may hold a password: nothing of it is repeated.
  const redisAddress = parseRedisAddress(typeof redisUrl === 'string' ? redisUrl : '');
  if (!redisAddress.ok) problems.push(`redisUrl: ${redisAddress.problem.message}`);
  if (typeof merged.workspace !== 'string' || !isWorkspaceName(merged.workspace)) {
    problems.push(`expected workspace to match [a-z0-9-]{1,40}, got ${JSON.stringify(merged.workspace)}`);
  }
  if (!isLaneCount(merged.lanes)) {
    problems.push(`expected lanes to be a whole number from 1 to ${MAX_LANES}, got ${String(merged.lanes)}`);
  }
  if (merged.source !== undefined && !isLabel(merged.source)) {
    problems.push('expected source to be text of 1 to 256 bytes, got something else');
  }
  if (merged.traceContext !== undefined && typeof merged.traceContext !== 'function') {
    problems.push('expected traceContext to be a function, got something else');
  }
  if (merged.spoolDir !== undefined && (typeof merged.spoolDir !== 'string' || merged.spoolDir === '')) {
    problems.push('expected spoolDir to be the path of a folder, got something else');
  }
  const spoolMode: unknown = merged.spoolMode;
  if (spoolMode !== 'overflow' && spoolMode !== 'always') {
    problems.push(`expected spoolMode to be overflow or always, got ${JSON.stringify(spoolMode)}`);
  }
  if (spoolMode === 'always' && merged.spoolDir === undefined) {
    problems.push('expected a spoolDir with spoolMode always, got none; give a folder, or leave spoolMode out');
  }
  if (!redisAddress.ok || problems.length > 0) throw new ProducerOptionsError(problems);
  const { address } = redisAddress;
  return {
    ...{ redis: undefined, source: undefined, spoolDir: undefined, traceContext: activeTraceparent },
    ...merged,
    redisAddress: address,
    jobLimits: JOB_LIMITS,
  };
}
