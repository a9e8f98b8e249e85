import { hostname } from 'node:os';
import { envInteger, envPort, envVersion } from '@cio-fleet/lifecycle';
import { LOG_LEVELS } from '@cio-fleet/telemetry';
import { z } from 'zod';

const milliseconds = (defaultMs: number) => envInteger({ min: 1 }).default(defaultMs);

const WORKER_ROLES: readonly string[] = ['deliver', 'journal'] satisfies WorkerRole[];

/** `deliver` takes lanes; `journal` writes what comes through the journal's queue. */
export type WorkerRole = 'deliver' | 'journal';

/** The worker's environment, beside Redis and the workspaces. docs/configuration.md is tested against it. */
export const workerSchema = z.object({
  CIO_FLEET_ENV: z.enum(['development', 'staging', 'production']).default('development'),
  CIO_FLEET_VERSION: envVersion().optional(),
  CIO_FLEET_HOST: z.string().default('127.0.0.1'),
  WORKER_PORT: envPort().default(9090),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  CIO_FLEET_WORKER_NAME: z.string().default(hostname()),
  CIO_FLEET_BREAKER_FAILURES: envInteger({ min: 1 }).default(5),
  CIO_FLEET_BREAKER_RESET_MS: milliseconds(30_000),
  CIO_FLEET_BREAKER_SUCCESSES: envInteger({ min: 1 }).default(3),
  CIO_FLEET_RETRIES: envInteger({ max: 100 }).default(3),
  CIO_FLEET_RETRY_BASE_MS: milliseconds(1000),
  CIO_FLEET_FALLBACK_BASE_MS: milliseconds(60_000),
  CIO_FLEET_FALLBACK_CAP_MS: milliseconds(900_000),
  CIO_FLEET_FALLBACK_MAX_AGE_MS: milliseconds(259_200_000),
  CIO_FLEET_REQUEST_TIMEOUT_MS: milliseconds(5000),
  CIO_FLEET_LOCK_MS: milliseconds(15_000),
  CIO_FLEET_STALLED_CHECK_MS: milliseconds(5000),
  CIO_FLEET_STOP_DEADLINE_MS: milliseconds(25_000),
  CIO_FLEET_WATCHDOG_MS: milliseconds(30_000),
  CIO_FLEET_LANE_MAX_BYTES: envInteger({ min: 1 }).default(67_108_864),
  CIO_FLEET_LANE_MAX_AGE_MS: milliseconds(600_000),
  CIO_FLEET_ROLES: z
    .string()
    .refine((text) => listOf(text).every((role) => WORKER_ROLES.includes(role)), 'a list of deliver and journal')
    .optional(),
  CIO_FLEET_LIVE_OUTCOMES: z.enum(['on', 'off']).default('on'),
});

/** What a worker does: all of it unless it is told. */
export function rolesOf(config: Pick<WorkerConfig, 'CIO_FLEET_ROLES'>, hasJournal: boolean): ReadonlySet<WorkerRole> {
  const named = listOf(config.CIO_FLEET_ROLES ?? '') as WorkerRole[];
  if (named.length > 0) return new Set(named);
  return new Set(hasJournal ? ['deliver', 'journal'] : ['deliver']);
}

function listOf(text: string): readonly string[] {
  return text.split(/[,\s]+/).filter((part) => part !== '');
}

export type WorkerConfig = z.output<typeof workerSchema>;

/** Times that depend on each other, made safe; `changes` says in words what was changed. */
export interface SafeTimes {
  readonly requestTimeoutMs: number;
  readonly watchdogMs: number;
  readonly changes: readonly string[];
}

/**
 * A request may take a third of the lock at most, or a worker that was frozen still sends what another has taken over; and the
 * watchdog waits three stalled checks at least, or it blames a consumer for the head of a dead one. Who shortens one time
 * for a drill needs not know of the other.
 */
export function safeTimes(config: WorkerConfig): SafeTimes {
  const requestTimeoutMs = Math.min(config.CIO_FLEET_REQUEST_TIMEOUT_MS, Math.floor(config.CIO_FLEET_LOCK_MS / 3));
  const watchdogMs = Math.max(config.CIO_FLEET_WATCHDOG_MS, config.CIO_FLEET_STALLED_CHECK_MS * 3);
  const changes = [
    ...(requestTimeoutMs < config.CIO_FLEET_REQUEST_TIMEOUT_MS
      ? [`CIO_FLEET_REQUEST_TIMEOUT_MS lowered to ${requestTimeoutMs}, a third of CIO_FLEET_LOCK_MS`]
      : []),
    ...(watchdogMs > config.CIO_FLEET_WATCHDOG_MS
      ? [`CIO_FLEET_WATCHDOG_MS raised to ${watchdogMs}, three times CIO_FLEET_STALLED_CHECK_MS`]
      : []),
  ];
  return { requestTimeoutMs, watchdogMs, changes };
}
