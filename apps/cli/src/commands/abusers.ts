import { ABUSE_THRESHOLDS, findAbusers, readSpamReport } from '@cio-fleet/spam-report';
import { abuserLines } from '../format/abuser-list.ts';
import type { CommandContext } from '../session/command-context.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { pointInTime, wholeNumber } from '../session/option-parsers.ts';
import { withRedis } from '../session/redis-session.ts';
import type { AddCommand } from './fleet-command.ts';

interface AbusersOptions {
  /** In ms since the epoch. */
  readonly since?: number;
  /** Operations per minute. */
  readonly over: number;
}

const DEFAULT_WINDOW_MS = 3_600_000;

export const addAbusersCommand: AddCommand = (program, attach) => {
  const command = program
    .command('abusers')
    .summary('list who sends the gateway too much, or nonsense')
    .description(
      'Lists keys and addresses that the gateway turned away, whose operations it refused, or that send very much: since when, how much, and the names of their most frequent events.',
    )
    .option('--since <when>', 'how far to look back, at most a day (default: 1h)', pointInTime)
    .option(
      '--over <n>',
      'operations per minute that are very much',
      wholeNumber,
      ABUSE_THRESHOLDS.operationsPerMinute,
    );
  attach<AbusersOptions>(command, abusers);
};

async function abusers(
  { workspace, redisUrl, output }: CommandContext,
  _args: readonly unknown[],
  { since, over }: AbusersOptions,
): Promise<ExitCode> {
  const nowMs = Date.now();
  const windowMs = since === undefined ? DEFAULT_WINDOW_MS : Math.max(0, nowMs - since);
  const report = await withRedis(redisUrl(), (redis) => readSpamReport(redis, workspace, { windowMs, nowMs }));
  const found = findAbusers(report, { ...ABUSE_THRESHOLDS, operationsPerMinute: over });
  if (output.json) {
    output.value({ workspace, abusers: found });
    return EXIT_CODES.ok;
  }
  if (found.length === 0) output.note(`nobody in workspace ${workspace} sends too much`);
  else for (const line of abuserLines(found, nowMs)) output.data(line);
  return EXIT_CODES.ok;
}
