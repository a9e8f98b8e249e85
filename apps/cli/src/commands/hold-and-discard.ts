import type { Brake, BrakeFilter, BrakeKind } from '@cio-fleet/contracts';
import { auditedFilter, countWaiting, setBrake, type WaitingCount } from '@cio-fleet/lanes';
import type { Redis } from 'ioredis';
import { describeFilter } from '../format/brake-list.ts';
import { formatCount, plural } from '../format/numbers.ts';
import { printable } from '../format/printable.ts';
import { cliUser, recordChange } from '../session/audit.ts';
import { CliError, usageError } from '../session/cli-error.ts';
import type { CommandContext } from '../session/command-context.ts';
import { canAsk, confirmEnvironment } from '../session/confirm.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { interruptible } from '../session/interruptible.ts';
import { withRedis } from '../session/redis-session.ts';
import { addBrakeFilterOptions, type BrakeFilterOptions, brakeFilterOf } from './brake-options.ts';
import type { AddCommand } from './fleet-command.ts';

interface BrakeCommandOptions extends BrakeFilterOptions {
  readonly reason?: string;
  readonly dryRun?: true;
  readonly yes?: true;
}

export const addHoldCommand: AddCommand = (program, attach) => {
  const command = program
    .command('hold')
    .summary('let operations wait until released')
    .description(
      'Holds what matches, waiting and to come, with all later operations of the same persons, until fleet release. Erasures go on.',
    );
  addOptions(command);
  attach<BrakeCommandOptions>(command, (context, _args, options) => brake('hold', context, options));
};

export const addDiscardCommand: AddCommand = (program, attach) => {
  const command = program
    .command('discard')
    .summary('drop operations that still wait')
    .description(
      'Drops what matches and was accepted until now (or --until), and counts it as discarded. It can not be taken back. ' +
        'Erasures stay unless --verb names them; dead letters stay.',
    );
  addOptions(command);
  attach<BrakeCommandOptions>(command, (context, _args, options) => brake('discard', context, options));
};

function addOptions(command: Parameters<typeof addBrakeFilterOptions>[0]): void {
  addBrakeFilterOptions(command)
    .option('--reason <text>', 'why, for those who find it')
    .option('--dry-run', 'only count what waits and matches now')
    .option('--yes', 'do not count and do not ask: at once; needed where nobody can be asked');
}

async function brake(kind: BrakeKind, context: CommandContext, options: BrakeCommandOptions): Promise<ExitCode> {
  const { workspace, output, redisUrl, config } = context;
  const filter = brakeFilterOf(options);
  const isDryRun = options.dryRun === true;
  if (!isDryRun && options.yes !== true && !canAsk()) {
    throw usageError('expected --yes, because nobody can be asked here; look first with --dry-run');
  }
  return withRedis(redisUrl(), async (redis) => {
    // In an incident every second counts: with --yes nothing comes before the brake.
    const counted = options.yes === true && !isDryRun ? undefined : await count(redis, context, kind, filter);
    if (isDryRun && counted !== undefined) {
      const value = { workspace, kind, filter, dryRun: true, ...counted };
      output.result(value, () => `${describeCount(counted)} would be ${PAST[kind]} now`);
      return EXIT_CODES.ok;
    }
    if (counted !== undefined) {
      const question = `${kind} ${describeFilter(filter)} in workspace ${workspace}: ${describeCount(counted)} now`;
      await confirmEnvironment({ question, environment: config.environment });
    }
    const set = await apply(redis, workspace, kind, filter, options.reason);
    const detail = [set.id, auditedFilter(set.filter), options.reason].filter((part) => part !== undefined).join(' ');
    // Redis may have no memory left for it: that is no reason to say that the brake is not set.
    await recordChange(redis, workspace, { action: kind, detail, result: 'ok' }).catch((error: Error) =>
      output.note(`the audit log could not be written: ${printable(error.message)}`),
    );
    output.result({ workspace, dryRun: false, brake: set, counted: counted ?? null }, () => describeSet(set));
    return EXIT_CODES.ok;
  });
}

const PAST = { hold: 'held', discard: 'discarded' } as const satisfies Record<BrakeKind, string>;

async function apply(
  redis: Redis,
  workspace: string,
  kind: BrakeKind,
  filter: BrakeFilter,
  reason: string | undefined,
): Promise<Brake> {
  try {
    return await setBrake(redis, workspace, { kind, filter, by: cliUser(), ...(reason !== undefined && { reason }) });
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'TOO_MANY_BRAKES') throw error;
    throw new CliError(EXIT_CODES.failure, (error as Error).message, { cause: error });
  }
}

async function count(
  redis: Redis,
  { workspace, output }: CommandContext,
  kind: BrakeKind,
  filter: BrakeFilter,
): Promise<WaitingCount> {
  const counted = await interruptible((signal) => countWaiting({ redis, workspace, kind, filter, signal }));
  if (!counted.complete)
    output.note(`not all was looked at, only ${plural(counted.looked, 'operation')}; there may be more`);
  return counted;
}

/** `12 operations of 3 persons (of 4,711 that wait)`. */
export function describeCount({ matched, persons, looked, complete }: WaitingCount): string {
  const of = `${formatCount(looked)} that ${complete ? 'wait' : 'were looked at'}`;
  return `${plural(matched, 'operation')} of ${plural(persons, 'person')} (of ${of})`;
}

/** What is in force now, and how it ends. */
export function describeSet({ id, kind, filter }: Brake): string {
  if (kind === 'hold') return `held: ${describeFilter(filter)}\nuntil: fleet release ${id}`;
  return `discarded wherever it still waits: ${describeFilter(filter)}\nto end that: fleet release ${id}`;
}
