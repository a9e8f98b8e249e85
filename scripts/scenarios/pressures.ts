import { LARGE_MIX, PLAIN_MIX } from '../rig/numbered-load.ts';
import type { Pressure } from './bounded.ts';

/** More calls in flight than the buffer of a producer holds. */
const MORE_THAN_THE_BUFFER = 15_000;

export const LARGE_OPERATIONS: Pressure = {
  name: 'operations of 32 KB at full rate',
  mix: LARGE_MIX,
  // The buffer holds 512 of them.
  concurrency: 600,
  refusals: ['BUFFER_FULL', 'QUEUE_FULL'],
};

export const SLOW_REDIS: Pressure = {
  name: 'a producer faster than Redis, which runs for a tenth of the time',
  mix: PLAIN_MIX,
  fillerBytes: 900,
  concurrency: MORE_THAN_THE_BUFFER,
  perSecond: 8000,
  // A job of a lane holds about 200 of these: eight of them are in flight at a time.
  redisPace: { frozenMs: 450, runningMs: 50 },
  refusals: ['BUFFER_FULL'],
};

export const SLOW_CUSTOMERIO: Pressure = {
  name: 'Customer.io answers after 2 s',
  mix: { ...PLAIN_MIX, large: 0.05 },
  concurrency: 1000,
  perSecond: 3000,
  weather: { latencyMs: 2000 },
  refusals: ['QUEUE_FULL'],
  // As in production, so that a slow answer is no time-out.
  env: {
    CIO_FLEET_REQUEST_TIMEOUT_MS: '5000',
    CIO_FLEET_LOCK_MS: '15000',
    CIO_FLEET_STALLED_CHECK_MS: '5000',
    CIO_FLEET_LANE_MAX_BYTES: '4000000',
  },
};

export const FULL_FALLBACK: Pressure = {
  name: 'a fallback of a million small operations',
  mix: PLAIN_MIX,
  concurrency: 2000,
  weather: { status: 503 },
  refusals: [],
};
