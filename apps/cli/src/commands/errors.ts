import { groupLines } from '../format/journal-list.ts';
import type { CommandContext } from '../session/command-context.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { withJournal } from '../session/journal-session.ts';
import { pointInTime, wholeNumber } from '../session/option-parsers.ts';
import type { AddCommand } from './fleet-command.ts';

interface ErrorsOptions {
  readonly since?: number;
  readonly limit: number;
}

const DEFAULT_LIMIT = 20;

export const addErrorsCommand: AddCommand = (program, attach) => {
  const command = program
    .command('errors')
    .summary('list what failed, in groups')
    .description(
      'Lists failed attempts and dead letters of the journal in groups of action, status, code and reason, the largest first: how often, whom, since when. A group can be redriven: fleet redrive --group.',
    )
    .option('--since <time>', 'how far back: 15m, 2h, 3d ago, ISO 8601 or unix seconds (default: 24h)', pointInTime)
    .option('--limit <n>', 'groups at most', wholeNumber, DEFAULT_LIMIT);
  attach<ErrorsOptions>(command, errors);
};

async function errors(
  context: CommandContext,
  _args: readonly unknown[],
  { since, limit }: ErrorsOptions,
): Promise<ExitCode> {
  const { workspace, output } = context;
  const groups = await withJournal(context, ({ reader }) =>
    reader.failures({ limit, ...(since !== undefined && { window: { from: since } }) }),
  );
  if (output.json) output.value({ workspace, groups });
  else if (groups.length === 0) output.note(`nothing failed in workspace ${workspace}`);
  else for (const line of groupLines(groups)) output.data(line);
  return EXIT_CODES.ok;
}
