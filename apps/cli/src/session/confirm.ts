import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { usageError } from './cli-error.ts';

/** Whether someone sits in front of it who can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

export interface Confirmation {
  /** What is about to happen. */
  readonly question: string;
  readonly environment: string;
  /** @defaultValue stdin */
  readonly input?: Readable;
  /** @defaultValue stderr */
  readonly output?: Writable;
}

/**
 * Asks the user to type the environment's name, so that nobody changes production in the belief that it is staging.
 *
 * @throws CliError (exit code 2) when something else is typed, or nothing
 */
export async function confirmEnvironment({
  question,
  environment,
  input = process.stdin,
  output = process.stderr,
}: Confirmation): Promise<void> {
  const prompt = createInterface({ input, output });
  const { promise, resolve } = Promise.withResolvers<string>();
  // Ctrl-D and Ctrl-C close the line: that is a no.
  prompt.once('close', () => resolve(''));
  prompt.question(`${question}\ntype ${environment} to go on: `).then(resolve, () => resolve(''));
  const typed = await promise;
  prompt.close();
  if (typed.trim() === environment) return;
  throw usageError(`expected ${environment} to be typed, got something else; nothing was changed`);
}
