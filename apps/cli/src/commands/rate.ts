import { readRate, setRate } from '@cio-fleet/delivery';
import { Argument, InvalidArgumentError } from 'commander';
import { formatCount } from '../format/numbers.ts';
import { recordChange } from '../session/audit.ts';
import type { CommandContext } from '../session/command-context.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { withRedis } from '../session/redis-session.ts';
import type { AddCommand } from './fleet-command.ts';

/** The word that goes back to the workers' configuration. */
const RESET = 'default';

export const addRateCommand: AddCommand = (program, attach) => {
  const command = program
    .command('rate')
    .summary('show or set the request budget')
    .description(
      'Shows the request budget of the whole fleet, or sets it: it holds within a second, until it is set again.',
    )
    .addArgument(
      new Argument('[n]', `requests per second, or ${RESET} for what the workers are configured with`).argParser(
        checkRate,
      ),
    );
  attach<object>(command, rate);
};

async function rate(
  { workspace, redisUrl, output }: CommandContext,
  [wanted]: readonly (string | undefined)[],
): Promise<ExitCode> {
  const setting = await withRedis(redisUrl(), async (redis) => {
    if (wanted !== undefined) {
      await setRate(redis, workspace, wanted === RESET ? undefined : Number(wanted));
      await recordChange(redis, workspace, { action: 'rate', detail: `${wanted} requests/s`, result: 'ok' });
    }
    return readRate(redis, workspace);
  });
  const value = {
    workspace,
    requestsPerSecond: setting?.budget ?? null,
    current: setting?.current ?? null,
    setAtRunTime: setting?.setAtRunTime ?? false,
  };
  output.result(value, () => describeRate(value));
  return EXIT_CODES.ok;
}

/** The rate for people. */
export function describeRate(rate: {
  readonly requestsPerSecond: number | null;
  readonly current: number | null;
  readonly setAtRunTime: boolean;
}): string {
  const { requestsPerSecond, current, setAtRunTime } = rate;
  if (requestsPerSecond === null)
    return 'not set, and no worker has run yet; workers use their configuration (100 requests/s unless set)';
  const origin = setAtRunTime ? 'set at run time' : "from the workers' configuration";
  const lowered =
    current !== null && current < requestsPerSecond ? `; now ${formatCount(current)} after a 429, and rising` : '';
  return `${formatCount(requestsPerSecond)} requests/s (${origin})${lowered}`;
}

function checkRate(text: string): string {
  if (text === RESET || (/^\d{1,9}(\.\d{1,6})?$/.test(text) && Number(text) >= 1)) return text;
  throw new InvalidArgumentError(`Expected a number of at least 1, or ${RESET}.`);
}
