import { sourceLines } from '../format/journal-list.ts';
import type { CommandContext } from '../session/command-context.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { withJournal } from '../session/journal-session.ts';
import { pointInTime } from '../session/option-parsers.ts';
import type { AddCommand } from './fleet-command.ts';

interface SourcesOptions {
  readonly since?: number;
}

export const addSourcesCommand: AddCommand = (program, attach) => {
  const command = program
    .command('sources')
    .summary('tell how each service fares')
    .description(
      'Lists the services that send operations, the busiest first: delivered, dead-lettered, failed attempts, how long it took, errors and the names of the most frequent events.',
    )
    .option('--since <time>', 'how far back: 15m, 2h, 3d ago, ISO 8601 or unix seconds (default: 24h)', pointInTime);
  attach<SourcesOptions>(command, sources);
};

async function sources(
  context: CommandContext,
  _args: readonly unknown[],
  { since }: SourcesOptions,
): Promise<ExitCode> {
  const { workspace, output } = context;
  const reports = await withJournal(context, ({ reader }) =>
    reader.sources(since === undefined ? {} : { window: { from: since } }),
  );
  if (output.json) output.value({ workspace, sources: reports });
  else if (reports.length === 0) output.note(`nothing was sent in workspace ${workspace}`);
  else for (const line of sourceLines(reports)) output.data(line);
  return EXIT_CODES.ok;
}
