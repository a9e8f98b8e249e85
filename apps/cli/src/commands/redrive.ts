import { deadLetterQueueName, workspaceKeys } from '@cio-fleet/contracts';
import { auditedFilter, type RedriveOptions, type RedriveResult, redriveDeadLetters } from '@cio-fleet/lanes';
import type { Redis } from 'ioredis';
import { formatCount, plural } from '../format/numbers.ts';
import { recordChange } from '../session/audit.ts';
import { CliError, usageError } from '../session/cli-error.ts';
import type { CommandContext } from '../session/command-context.ts';
import { canAsk, confirmEnvironment } from '../session/confirm.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { interruptible } from '../session/interruptible.ts';
import { positiveNumber } from '../session/option-parsers.ts';
import { createProgressDisplay } from '../session/progress-display.ts';
import { withRedis } from '../session/redis-session.ts';
import { groupCondition } from './error-group.ts';
import { addFilterOptions, type FilterOptions, filterOf } from './filter-options.ts';
import type { AddCommand } from './fleet-command.ts';

interface RedriveCommandOptions extends FilterOptions {
  readonly group?: string;
  readonly rate: number;
  readonly dryRun?: true;
  readonly yes?: true;
}

const DEFAULT_RATE = 100;

export const addRedriveCommand: AddCommand = (program, attach) => {
  const command = program
    .command('redrive')
    .summary('send dead letters again')
    .description('Puts dead letters back on their lanes, oldest first. Without a filter: all of them.');
  addFilterOptions(command, '--verb, --action <verb>')
    .option('--group <group>', 'only this group of fleet errors')
    .option('--rate <n>', 'dead letters per second', positiveNumber, DEFAULT_RATE)
    .option('--dry-run', 'only count')
    .option('--yes', 'do not ask; needed where nobody can be asked');
  attach<RedriveCommandOptions>(command, redrive);
};

async function redrive(
  context: CommandContext,
  _args: readonly unknown[],
  options: RedriveCommandOptions,
): Promise<ExitCode> {
  const { workspace, output, redisUrl } = context;
  const isDryRun = options.dryRun === true;
  if (!isDryRun && options.yes !== true && !canAsk()) {
    throw usageError('expected --yes, because nobody can be asked here; look first with --dry-run');
  }
  const filter = filterOf(options);
  const condition = groupCondition(options.group);
  return withRedis(redisUrl(), async (redis) => {
    const counted = await redriveDeadLetters({ redis, workspace, filter, ...condition, dryRun: true });
    if (counted.matched === 0) {
      throw new CliError(
        EXIT_CODES.notFound,
        `no dead letters in workspace ${workspace} match; see: fleet dead-letters`,
      );
    }
    const found = describeFound(counted);
    if (isDryRun) {
      output.result(redriveValue(workspace, counted, true), () => `${found} would be redriven`);
      return EXIT_CODES.ok;
    }
    if (options.yes !== true) {
      const { environment } = context.config;
      const question = `${found} of workspace ${workspace} go back to their lanes`;
      await confirmEnvironment({ question, environment });
    }
    await warnWithoutWorkers(redis, context);
    const { result, isInterrupted } = await runRedrive({
      redis,
      context,
      chosen: { filter, ...condition },
      ratePerSecond: options.rate,
      matched: counted.matched,
    });
    const detail = `${result.redriven} of ${result.matched} dead letters, ${auditedFilter({ ...filter, ...(options.group !== undefined && { group: options.group }) })}`;
    await recordChange(redis, workspace, {
      action: 'redrive',
      queue: deadLetterQueueName(workspace),
      detail,
      result: 'ok',
    });
    output.result(redriveValue(workspace, result, false), () => describeResult(result));
    const isUseless = result.redriven + result.gone === 0 && result.unreadable > 0;
    return isInterrupted || isUseless ? EXIT_CODES.failure : EXIT_CODES.ok;
  });
}

async function warnWithoutWorkers(redis: Redis, { workspace, output }: CommandContext): Promise<void> {
  if ((await redis.zcard(workspaceKeys(workspace).workers)) > 0) return;
  output.note('no worker is running: they are marked, and go back to their lanes once one runs');
}

async function runRedrive({
  redis,
  context: { workspace, output },
  chosen,
  ratePerSecond,
  matched,
}: {
  readonly redis: Redis;
  readonly context: CommandContext;
  readonly chosen: Pick<RedriveOptions, 'filter' | 'isMeant'>;
  readonly ratePerSecond: number;
  readonly matched: number;
}): Promise<{ readonly result: RedriveResult; readonly isInterrupted: boolean }> {
  const display = createProgressDisplay(output);
  const startedMs = performance.now();
  const onProgress = (progress: RedriveResult) => {
    const elapsedMs = performance.now() - startedMs;
    const handled = progress.redriven + progress.gone;
    const done = `${formatCount(progress.redriven)} of ${plural(matched, 'dead letter')}`;
    display.update({ share: progress.matched / matched, done, perSecond: (handled * 1_000) / elapsedMs, elapsedMs });
  };
  const end = await interruptible(async (signal) => {
    const result = await redriveDeadLetters({ redis, workspace, ...chosen, ratePerSecond, signal, onProgress });
    return { result, isInterrupted: signal.aborted };
  });
  display.end();
  return end;
}

function redriveValue(workspace: string, result: RedriveResult, dryRun: boolean) {
  return { workspace, dryRun, ...result };
}

/** `12 dead letters (340 operations, 1 unreadable)`. */
export function describeFound({ matched, operations, unreadable }: RedriveResult): string {
  const facts = [plural(operations, 'operation'), ...(unreadable > 0 ? [`${unreadable} unreadable, which stay`] : [])];
  return `${plural(matched, 'dead letter')} (${facts.join(', ')})`;
}

/** What a redrive did, for people. */
export function describeResult({ matched, redriven, gone, unreadable }: RedriveResult): string {
  const rest = matched - redriven - gone - unreadable;
  const facts = [
    `${plural(redriven, 'dead letter')} redriven`,
    ...(gone > 0 ? [`${formatCount(gone)} already redriven by somebody else`] : []),
    ...(unreadable > 0 ? [`${formatCount(unreadable)} unreadable`] : []),
    ...(rest > 0 ? [`${formatCount(rest)} left`] : []),
  ];
  return facts.join(', ');
}
