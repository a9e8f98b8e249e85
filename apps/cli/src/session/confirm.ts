import { createInterface } from 'node:readline/promises';
import { usageError } from './cli-error.ts';
import type { Output } from './output.ts';

/** Whether someone sits in front of it who can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Asks the user to type the environment's name, so that nobody changes production in the belief that it is staging.
 *
 * @throws CliError (exit code 2) when something else is typed
 */
export async function confirmEnvironment(question: string, environment: string, output: Output): Promise<void> {
  const input = createInterface({ input: process.stdin, output: process.stderr });
  const typed = await new Promise<string>((resolve) => {
    // Ctrl-D and Ctrl-C close the line: that is a no.
    input.once('close', () => resolve(''));
    input.question(`${question}\ntype ${environment} to go on: `).then(resolve, () => resolve(''));
  });
  input.close();
  if (typed.trim() === environment) return;
  output.note('');
  throw usageError(`expected ${environment}, got something else; nothing was changed`);
}
