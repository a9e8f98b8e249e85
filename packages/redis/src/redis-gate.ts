import { setTimeout as delay } from 'node:timers/promises';
import { type LifecycleLogger, type Service, service } from '@cio-fleet/lifecycle';
import type { Redis } from 'ioredis';
import { type CheckRedisOptions, checkRedis } from './check-redis.ts';
import { type Finding, findingLine } from './finding.ts';

export interface RedisGateOptions {
  /** As `createRedis` makes it; the gate connects and disconnects it. */
  readonly redis: Redis;
  readonly environment: CheckRedisOptions['environment'];
  /**
   * Whether the app may refuse to start. A page that shows the fleet may not: it is needed most when something is wrong.
   * @defaultValue true
   */
  readonly mayRefuse?: boolean;
  readonly logger: LifecycleLogger;
  /**
   * Told when Redis turns out unfit only after the start, because it was away until now: end the app.
   * @defaultValue throws it as an error that nobody catches, for which `runApp` stops what runs and exits
   */
  readonly onRefused?: (error: RedisUnfitError) => void;
  /** How long a start waits for Redis before it goes on without it, in ms. @defaultValue 2_000 */
  readonly waitMs?: number;
  /** Takes one line for each finding that refuses. @defaultValue writes to stderr, as all problems of configuration */
  readonly writeLine?: (line: string) => void;
}

/** Redis is set up so that accepted operations could be lost; this is production. */
export class RedisUnfitError extends Error {
  readonly code = 'REDIS_UNFIT';
  readonly findings: readonly Finding[];

  constructor(findings: readonly Finding[]) {
    super(`expected a Redis that keeps what it accepts, got ${findings.map(findingLine).join(' · ')}`);
    this.name = 'RedisUnfitError';
    this.findings = findings;
  }
}

/** The connection of an app as a service: nothing behind it starts on a Redis that loses operations. */
export interface RedisGate extends Service {
  /** Why it refused, if it did: the app ends with status 2 then, as for any wrong configuration. */
  refusal(): RedisUnfitError | undefined;
}

const PINGS = 3;
const DEFAULT_WAIT_MS = 2_000;

/**
 * Connects, and checks Redis once it answers. A Redis that is away doesn't keep the app from starting: it is checked when it
 * comes. Findings that refuse nothing are logged.
 */
export function createRedisGate(options: RedisGateOptions): RedisGate {
  const { redis, environment, logger, mayRefuse = true, waitMs = DEFAULT_WAIT_MS } = options;
  const { onRefused = throwLater } = options;
  const { writeLine = (line: string) => void process.stderr.write(`${line}\n`) } = options;
  let refused: RedisUnfitError | undefined;
  let isStarting = false;

  async function check(): Promise<void> {
    const verdict = await checkRedis(redis, { environment, pings: PINGS });
    const refusals = mayRefuse ? verdict.refusals : [];
    for (const finding of verdict.findings) {
      if (finding.level === 'ok' || refusals.includes(finding)) continue;
      logger[finding.level === 'fail' ? 'error' : 'warn']({ finding }, findingLine(finding));
    }
    if (refusals.length === 0) return;
    for (const finding of refusals) writeLine(findingLine(finding));
    refused = new RedisUnfitError(refusals);
  }

  async function checkWhenReady(): Promise<void> {
    if (redis.status !== 'ready') await new Promise((resolve) => redis.once('ready', resolve));
    // A right that is missing, or a connection lost again: no verdict, so no refusal.
    await check().catch((err: unknown) => logger.warn({ err }, 'Redis could not be checked'));
    if (refused !== undefined && !isStarting) onRefused(refused);
  }

  const { name, start, stop } = service({
    name: 'redis',
    async start() {
      isStarting = true;
      const checking = checkWhenReady();
      // What went wrong comes through the error event, and the client goes on trying.
      redis.connect().catch(() => undefined);
      await Promise.race([checking, delay(waitMs, undefined, { ref: false })]);
      isStarting = false;
      if (refused === undefined) return;
      redis.disconnect();
      throw refused;
    },
    stop: () => redis.disconnect(),
  });
  return { name, start, stop, refusal: () => refused };
}

function throwLater(error: Error): void {
  queueMicrotask(() => {
    throw error;
  });
}
