import type { Environment } from '@cio-fleet/lifecycle';
import type { CliConfig } from './config.ts';
import type { ExitCode } from './exit-code.ts';
import type { Output } from './output.ts';

/** What every command is given. */
export interface CommandContext {
  readonly env: Environment;
  readonly config: CliConfig;
  readonly output: Output;
  readonly workspace: string;
  /**
   * `REDIS_URL`, else the Redis of the running demo.
   *
   * @throws CliError (exit code 2) when there is neither
   */
  redisUrl(): string;
}

/** A command: what it was called with, to an exit code. */
export type CommandAction<Options> = (
  context: CommandContext,
  args: readonly (string | undefined)[],
  options: Options,
) => Promise<ExitCode>;
