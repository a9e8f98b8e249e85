import { MAX_LANES, workspaceKeys } from '@cio-fleet/contracts';
import { type ChangeLanesResult, changeLanes } from '@cio-fleet/lanes';
import { InvalidArgumentError, Option } from 'commander';
import { recordChange } from '../session/audit.ts';
import type { CommandContext } from '../session/command-context.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { withRedis } from '../session/redis-session.ts';
import type { AddCommand } from './fleet-command.ts';

interface LanesOptions {
  readonly set?: number;
  readonly timeout: number;
}

export const addLanesCommand: AddCommand = (program, attach) => {
  const command = program
    .command('lanes')
    .summary('show or change the number of lanes')
    .description(
      'Shows the number of lanes, or changes it without loss or disorder: producers wait for a moment, until every lane is empty.',
    )
    .addOption(new Option('--set <n>', 'the new number').argParser(checkLanes))
    .addOption(
      new Option('--timeout <seconds>', 'how long producers may wait; then nothing is changed')
        .argParser(checkSeconds)
        .default(30),
    );
  attach<LanesOptions>(command, lanes);
};

async function lanes(
  { workspace, redisUrl, output }: CommandContext,
  _arguments: readonly (string | undefined)[],
  { set, timeout }: LanesOptions,
): Promise<ExitCode> {
  return withRedis(redisUrl(), async (redis) => {
    const result =
      set === undefined ? undefined : await changeLanes({ redis, workspace, lanes: set, timeoutMs: timeout * 1000 });
    if (result !== undefined) {
      await recordChange(redis, workspace, { action: 'lanes', detail: String(set), result: result.kind });
    }
    const current = await redis.get(workspaceKeys(workspace).lanes);
    const value = { workspace, lanes: current === null ? null : Number(current), ...(result && { result }) };
    output.result(value, () => describeLanes(value.lanes, result));
    return result?.kind === 'busy' || result?.kind === 'timeout' ? EXIT_CODES.unhealthy : EXIT_CODES.ok;
  });
}

/** The number of lanes, and what became of the change, for people. */
export function describeLanes(current: number | null, result: ChangeLanesResult | undefined): string {
  const now = current === null ? 'no lanes yet: the first producer or worker makes them' : `${current} lanes`;
  switch (result?.kind) {
    case undefined:
      return now;
    case 'changed':
      return `${now}, before ${result.before}`;
    case 'same':
      return `${now} already; nothing was changed`;
    case 'busy':
      return `${now}; another change is under way, try again when it is over`;
    case 'timeout':
      return `${now}, unchanged: ${result.jobs} jobs were still in the lanes when the time was over; see what they wait for with: fleet status`;
  }
}

function checkLanes(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_LANES) return Number(text);
  throw new InvalidArgumentError(`Expected a whole number from 1 to ${MAX_LANES}.`);
}

function checkSeconds(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1) return Number(text);
  throw new InvalidArgumentError('Expected a whole number of seconds, at least 1.');
}
