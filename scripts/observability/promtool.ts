import { execFile } from 'node:child_process';
import { providePromtool } from '../bootstrap-steps/promtool.mjs';

/** How a run of promtool ended. */
export interface PromtoolRun {
  readonly exitCode: number;
  /** stdout and stderr, in this order. */
  readonly output: string;
}

/**
 * Runs promtool to its end.
 *
 * @throws BootstrapError when the machine has none and it can't be fetched
 */
export function promtool(args: readonly string[], stdin = ''): Promise<PromtoolRun> {
  const file = providePromtool(process.env);
  return new Promise((resolve, reject) => {
    const child = execFile(file, args, { maxBuffer: 16_777_216 }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : error.code;
      if (typeof exitCode === 'number') resolve({ exitCode, output: `${stdout}${stderr}` });
      else reject(error);
    });
    child.stdin?.end(stdin);
  });
}
