import { hostname } from 'node:os';
import { envInteger, envPort } from '@cio-fleet/lifecycle';
import { LOG_LEVELS } from '@cio-fleet/telemetry';
import { z } from 'zod';

const milliseconds = (defaultMs: number) => envInteger({ min: 1 }).default(defaultMs);

/** The worker's environment, beside Redis and the workspaces. docs/configuration.md is tested against it. */
export const workerSchema = z
  .object({
    CIO_FLEET_ENV: z.enum(['development', 'staging', 'production']).default('development'),
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
  })
  .refine((env) => env.CIO_FLEET_REQUEST_TIMEOUT_MS * 3 <= env.CIO_FLEET_LOCK_MS, {
    path: ['CIO_FLEET_REQUEST_TIMEOUT_MS'],
    message: 'at most a third of CIO_FLEET_LOCK_MS, or a frozen worker sends what another one has taken over',
  })
  .refine((env) => env.CIO_FLEET_WATCHDOG_MS >= env.CIO_FLEET_STALLED_CHECK_MS * 3, {
    path: ['CIO_FLEET_WATCHDOG_MS'],
    message: 'at least three times CIO_FLEET_STALLED_CHECK_MS, or a consumer is blamed for the head of a dead one',
  });

export type WorkerConfig = z.output<typeof workerSchema>;
