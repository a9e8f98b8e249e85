import { isUlid } from '@cio-fleet/contracts';
import type { JournalReader, Subject, TimelinePage } from '@cio-fleet/journal';
import { type Command, InvalidArgumentError } from 'commander';
import { entryLines } from '../format/journal-list.ts';
import { CliError } from '../session/cli-error.ts';
import type { CommandContext } from '../session/command-context.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { withArchive, withJournal } from '../session/journal-session.ts';
import { pointInTime, wholeNumber } from '../session/option-parsers.ts';
import type { AddCommand } from './fleet-command.ts';

const KINDS = ['person', 'session', 'trace', 'operation'] as const;
type Kind = (typeof KINDS)[number];

interface PersonOptions {
  readonly by?: Kind;
  readonly since?: number;
  readonly limit: number;
  readonly after?: string;
  readonly payload?: true;
  readonly archive?: true;
}

const DEFAULT_LIMIT = 50;
const DEFAULT_WINDOW_MS = 15 * 86_400_000;
const ARCHIVE_WINDOW_MS = 365 * 86_400_000;

export const addPersonCommand: AddCommand = (program, attach) => {
  const command: Command = program
    .command('person')
    .summary('tell what happened to a person, session, trace or operation')
    .description(
      'Shows the rows of the journal, newest first: of a person (42, ada@example.com, email:…), a session, a trace or an operation. The first of these that finds something is what was meant, unless --by says.',
    )
    .argument('<who>', 'a person, or the id of a session, trace or operation')
    .option('--by <kind>', `what it is: ${KINDS.join(', ')}`, kindOf)
    .option('--since <time>', 'how far back: 15m, 2h, 3d ago, ISO 8601 or unix seconds (default: 15d)', pointInTime)
    .option('--archive', 'also from days that the journal has dropped; a year back unless --since says')
    .option('--limit <n>', 'rows at most, up to 500', wholeNumber, DEFAULT_LIMIT)
    .option('--after <cursor>', 'goes on where the page before ended')
    .option('--payload', 'also the payloads, as far as the journal keeps them');
  attach<PersonOptions>(command, person);
};

async function person(
  context: CommandContext,
  [who = '']: readonly (string | undefined)[],
  options: PersonOptions,
): Promise<ExitCode> {
  const { workspace, output } = context;
  const found = await (options.archive === true
    ? withArchive(context, (reader) => findRows(reader, who, options))
    : withJournal(context, ({ reader }) => findRows(reader, who, options)));
  if (found === undefined) {
    throw new CliError(
      EXIT_CODES.notFound,
      `the journal of workspace ${workspace} has nothing of it; look further back with --since`,
    );
  }
  const { by, page } = found;
  const hasPayload = options.payload === true;
  const rows = page.rows.map(({ payload, value, ...row }) => (hasPayload ? { ...row, payload, value } : row));
  output.result({ workspace, by, rows, ...(page.next !== undefined && { next: page.next }) }, () =>
    entryLines(page.rows, hasPayload).join('\n'),
  );
  if (page.next !== undefined && !output.json) output.note(`there are more: --after ${page.next}`);
  return EXIT_CODES.ok;
}

async function findRows(
  reader: Pick<JournalReader, 'timeline'>,
  who: string,
  { by, since, limit, after, archive }: PersonOptions,
): Promise<{ readonly by: Kind; readonly page: TimelinePage } | undefined> {
  const window = { from: since ?? Date.now() - (archive === true ? ARCHIVE_WINDOW_MS : DEFAULT_WINDOW_MS) };
  for (const kind of by === undefined ? guessesOf(who) : [by]) {
    const subject = subjectOf(kind, who);
    const page = await reader.timeline({ subject, window, limit, ...(after !== undefined && { after }) });
    if (page.rows.length > 0) return { by: kind, page };
  }
  return undefined;
}

/** In this order; only operations look like ULIDs. */
function guessesOf(who: string): readonly Kind[] {
  return isUlid(who) ? ['operation', 'person', 'session', 'trace'] : ['person', 'session', 'trace'];
}

function subjectOf(kind: Kind, who: string): Subject {
  switch (kind) {
    case 'person':
      return { person: who };
    case 'session':
      return { sessionId: who };
    case 'trace':
      return { traceId: who };
    case 'operation':
      return { operationId: who };
  }
}

function kindOf(text: string): Kind {
  const kind = KINDS.find((each) => each === text);
  if (kind !== undefined) return kind;
  throw new InvalidArgumentError(`Expected one of ${KINDS.join(', ')}.`);
}
