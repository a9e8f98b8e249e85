import { EXIT_CODES, type ExitCode } from './exit-code.ts';

/** Ends the command with one line on stderr: what was expected, what came, what to do. Never a stack trace. */
export class CliError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

/** The command line or the configuration is wrong. */
export function usageError(message: string): CliError {
  return new CliError(EXIT_CODES.usage, message);
}
