import { setTimeout as delay } from 'node:timers/promises';
import { type FleetState, readFleetState } from '@cio-fleet/lanes';
import type { Redis } from 'ioredis';
import { printable } from '../format/printable.ts';
import { statusLines } from '../format/status-view.ts';
import type { CommandContext } from '../session/command-context.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { interruptible } from '../session/interruptible.ts';
import { positiveNumber } from '../session/option-parsers.ts';
import { redisPlace, redisProblem } from '../session/redis-problem.ts';
import { withRedis } from '../session/redis-session.ts';
import type { AddCommand } from './fleet-command.ts';

interface StatusOptions {
  readonly watch?: number | true;
}

const DEFAULT_WATCH_SECONDS = 2;
const CLEAR_SCREEN = '\u001b[H\u001b[2J';

export const addStatusCommand: AddCommand = (program, attach) => {
  const command = program
    .command('status')
    .summary('show the fleet on one screen')
    .description('Shows circuit, workers, lanes, fallback, dead letters and ledger of a workspace.')
    .option(
      '--watch [seconds]',
      `show it again and again (every ${DEFAULT_WATCH_SECONDS} s unless said)`,
      positiveNumber,
    );
  attach<StatusOptions>(command, status);
};

async function status(context: CommandContext, _args: readonly unknown[], { watch }: StatusOptions): Promise<ExitCode> {
  const { workspace, redisUrl, output } = context;
  const url = redisUrl();
  if (watch !== undefined) {
    const intervalMs = (watch === true ? DEFAULT_WATCH_SECONDS : watch) * 1_000;
    await withRedis(
      url,
      (redis) => interruptible((signal) => watchStatus({ redis, url, context, intervalMs, signal })),
      {
        reconnect: true,
      },
    );
    return EXIT_CODES.ok;
  }
  const state = await withRedis(url, (redis) => readFleetState(redis, workspace));
  output.result(state, () => screen(state, url, context));
  return EXIT_CODES.ok;
}

interface Watch {
  readonly redis: Redis;
  readonly url: string;
  readonly context: CommandContext;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
}

/** Goes on while Redis is away: whoever watches wants to see it come back. */
async function watchStatus({ redis, url, context, intervalMs, signal }: Watch): Promise<void> {
  const { workspace, output } = context;
  while (!signal.aborted) {
    try {
      const state = await readFleetState(redis, workspace);
      output.result(state, () => `${output.isLive ? CLEAR_SCREEN : ''}${screen(state, url, context)}`);
    } catch (error) {
      const problem = redisProblem(error, url);
      if (problem === undefined) throw error;
      output.note(printable(problem.message));
    }
    // The abort ends the pause, and the loop with it.
    await delay(intervalMs, undefined, { signal }).catch(() => undefined);
  }
}

function screen(state: FleetState, url: string, { config, output }: CommandContext): string {
  const facts = { environment: config.environment, place: redisPlace(url) };
  return statusLines(state, facts, output.paint).join('\n');
}
