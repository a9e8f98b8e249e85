import { type Environment, parseConfig } from '@cio-fleet/lifecycle';
import { z } from 'zod';
import { usageError } from './cli-error.ts';

const schema = z.object({
  CIO_FLEET_ENV: z.enum(['development', 'staging', 'production']).default('development'),
  CIO_FLEET_WORKSPACE: z.string().optional(),
  CIO_FLEET_REQUEST_TIMEOUT_MS: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'a whole number of at least 1')
    .transform(Number)
    .default(5000),
});

/** The names of the variables that the CLI reads besides `REDIS_URL` and the workspaces' own. */
export const CLI_VARIABLES: readonly string[] = Object.keys(schema.shape);

export interface CliConfig {
  readonly environment: 'development' | 'staging' | 'production';
  /** The workspace of every command without `--workspace`. */
  readonly workspace: string | undefined;
  /** How long `doctor` waits for Customer.io, in ms. */
  readonly requestTimeoutMs: number;
}

/**
 * Reads the environment.
 *
 * @throws CliError (exit code 2) with every problem, one line each
 */
export function readCliConfig(env: Environment): CliConfig {
  const result = parseConfig(schema, env);
  if (!result.ok) throw usageError(result.problems.join('\n'));
  const { config } = result;
  return {
    environment: config.CIO_FLEET_ENV,
    workspace: config.CIO_FLEET_WORKSPACE,
    requestTimeoutMs: config.CIO_FLEET_REQUEST_TIMEOUT_MS,
  };
}
