import { listDeadLetters } from '@cio-fleet/lanes';
import { deadLetterLines, deadLetterValue } from '../format/dead-letter-list.ts';
import { plural } from '../format/numbers.ts';
import type { CommandContext } from '../session/command-context.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { wholeNumber } from '../session/option-parsers.ts';
import { withRedis } from '../session/redis-session.ts';
import { addFilterOptions, type FilterOptions, filterOf } from './filter-options.ts';
import type { AddCommand } from './fleet-command.ts';

interface ListOptions extends FilterOptions {
  readonly limit: number;
}

const DEFAULT_LIMIT = 50;

export const addDeadLettersCommand: AddCommand = (program, attach) => {
  const command = program
    .command('dead-letters')
    .summary('list what Customer.io rejected')
    .description('Lists dead letters, newest first. Payloads are not shown.');
  addFilterOptions(command, '--action, --verb <verb>').option(
    '--limit <n>',
    'how many at most',
    wholeNumber,
    DEFAULT_LIMIT,
  );
  attach<ListOptions>(command, list);
};

async function list(
  { workspace, redisUrl, output }: CommandContext,
  _args: readonly unknown[],
  { limit, ...filterOptions }: ListOptions,
): Promise<ExitCode> {
  const filter = filterOf(filterOptions);
  const page = await withRedis(redisUrl(), (redis) => listDeadLetters({ redis, workspace, filter, limit }));
  const hasMore = page.next !== undefined;
  if (output.json) {
    output.value({ workspace, deadLetters: page.deadLetters.map(deadLetterValue), more: hasMore });
    return EXIT_CODES.ok;
  }
  if (page.deadLetters.length === 0) output.note(`no dead letters in workspace ${workspace} match`);
  else for (const line of deadLetterLines(page.deadLetters, output.paint)) output.data(line);
  if (hasMore) output.note(`the newest ${plural(limit, 'dead letter')}; there are more, raise --limit`);
  return EXIT_CODES.ok;
}
