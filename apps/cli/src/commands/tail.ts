import { setTimeout as delay } from 'node:timers/promises';
import { personKeys, readLatestOutcomes, readOutcomesAfter, type StreamedOutcome } from '@cio-fleet/lanes';
import type { Redis } from 'ioredis';
import { outcomeLine } from '../format/journal-list.ts';
import type { CommandContext } from '../session/command-context.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { interruptible } from '../session/interruptible.ts';
import { wholeNumber } from '../session/option-parsers.ts';
import { withRedis } from '../session/redis-session.ts';
import type { AddCommand } from './fleet-command.ts';

interface TailOptions {
  readonly outcome?: string;
  readonly action?: string;
  readonly name?: string;
  readonly source?: string;
  readonly person?: string;
  readonly lines: number;
  /** False with `--no-follow`. */
  readonly follow: boolean;
}

const DEFAULT_LINES = 10;
const LOOKED_BACK = 1_000;
const POLL_MS = 500;
const PER_POLL = 1_000;
/** Where reading begins in a stream that has nothing yet. */
const BEGINNING = '0-0';

export const addTailCommand: AddCommand = (program, attach) => {
  const command = program
    .command('tail')
    .summary('watch what becomes of operations')
    .description(
      'Shows outcomes as workers report them, until Ctrl-C: a sample where there are more than 1,000 a second from a worker. Payloads are not shown. Needs no journal.',
    )
    .option('--outcome <outcome>', 'only this outcome, such as dead-lettered')
    .option('--action <verb>', 'only this verb, such as track')
    .option('--name <name>', 'only this event, page or screen')
    .option('--source <name>', 'only this service')
    .option('--person <person>', 'only this person')
    .option('--lines <n>', 'outcomes of before', wholeNumber, DEFAULT_LINES)
    .option('--no-follow', 'only those of before');
  attach<TailOptions>(command, tail);
};

async function tail(context: CommandContext, _args: readonly unknown[], options: TailOptions): Promise<ExitCode> {
  const { workspace, redisUrl } = context;
  await withRedis(redisUrl(), (redis) =>
    interruptible(async (signal) => {
      const latest = await readLatestOutcomes(redis, workspace, LOOKED_BACK);
      const shown = latest.filter((outcome) => isMeant(outcome, options)).slice(0, options.lines);
      print(context, shown.toReversed());
      if (options.follow) await follow({ redis, context, options, after: latest[0]?.id ?? BEGINNING, signal });
    }),
  );
  return EXIT_CODES.ok;
}

async function follow(facts: {
  readonly redis: Redis;
  readonly context: CommandContext;
  readonly options: TailOptions;
  readonly after: string;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { redis, context, options, signal } = facts;
  let { after } = facts;
  while (!signal.aborted) {
    const { outcomes, lastId } = await readOutcomesAfter(redis, context.workspace, after, PER_POLL);
    after = lastId;
    print(
      context,
      outcomes.filter((outcome) => isMeant(outcome, options)),
    );
    // The abort ends the pause, and the loop with it.
    if (outcomes.length < PER_POLL) await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

function print({ output }: CommandContext, outcomes: readonly StreamedOutcome[]): void {
  for (const { id: _id, ...outcome } of outcomes) output.result(outcome, () => outcomeLine(outcome));
}

function isMeant(outcome: StreamedOutcome, wanted: TailOptions): boolean {
  const fits = (value: string | undefined, asked: string | undefined) => asked === undefined || value === asked;
  return (
    fits(outcome.outcome, wanted.outcome) &&
    fits(outcome.action, wanted.action) &&
    fits(outcome.name, wanted.name) &&
    fits(outcome.source, wanted.source) &&
    (wanted.person === undefined || personKeys(wanted.person).includes(outcome.person ?? ''))
  );
}
