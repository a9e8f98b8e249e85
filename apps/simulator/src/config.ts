import { envInteger, envPort } from '@cio-fleet/lifecycle';
import { LOG_LEVELS } from '@cio-fleet/telemetry';
import { z } from 'zod';

/** The simulator's environment. The documentation lists each variable with its default. */
export const configSchema = z.object({
  SIMULATOR_PORT: envPort().default(8090),
  /** Time between receipt and answer of a Track request, in milliseconds. */
  SIMULATOR_LATENCY_MS: envInteger({ max: 600_000 }).default(0),
  /** How many arrivals `/_sim/arrivals` can show. */
  SIMULATOR_MAX_ARRIVALS: envInteger({ max: 10_000_000 }).default(10_000),
  CIO_FLEET_HOST: z.string().default('127.0.0.1'),
  CUSTOMERIO_SITE_ID: z.string().default('demo-site'),
  CUSTOMERIO_TRACK_API_KEY: z.string().default('demo-key'),
  CUSTOMERIO_REGION: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['us', 'eu']))
    .default('us'),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
});
