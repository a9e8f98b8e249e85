import type { JournalReader, Note, NoteSubject } from '@cio-fleet/journal';
import { type Command, InvalidArgumentError } from 'commander';
import { noteLines } from '../format/note-list.ts';
import { CliError } from '../session/cli-error.ts';
import type { CommandContext } from '../session/command-context.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { withJournal } from '../session/journal-session.ts';
import { pointInTime, wholeNumber } from '../session/option-parsers.ts';
import type { AddCommand } from './fleet-command.ts';

/** In the order in which they are tried. */
const OWNERS = ['session', 'user', 'terminal', 'component'] as const;
type Owner = (typeof OWNERS)[number];

interface NotesOptions {
  readonly by?: Owner;
  readonly since?: number;
  readonly limit: number;
}

const DEFAULT_LIMIT = 50;
const DEFAULT_WINDOW_MS = 15 * 86_400_000;

export const addNotesCommand: AddCommand = (program, attach) => {
  const command: Command = program
    .command('notes')
    .summary('show what services noted of a session, user, terminal or component')
    .description(
      'Shows notes and session notices of the journal, newest first: of a session, a user, a terminal or a component. The first of these that has some is what was meant, unless --by says.',
    )
    .argument('<whose>', 'the id of a session, user or terminal, or the name of a component')
    .option('--by <kind>', `what it is: ${OWNERS.join(', ')}`, ownerOf)
    .option('--since <time>', 'how far back: 15m, 2h, 3d ago, ISO 8601 or unix seconds (default: 15d)', pointInTime)
    .option('--limit <n>', 'notes at most, up to 500', wholeNumber, DEFAULT_LIMIT);
  attach<NotesOptions>(command, notes);
};

async function notes(
  context: CommandContext,
  [whose = '']: readonly (string | undefined)[],
  options: NotesOptions,
): Promise<ExitCode> {
  const { workspace, output } = context;
  const found = await withJournal(context, ({ reader }) => findNotes(reader, whose, options));
  if (found === undefined) {
    throw new CliError(
      EXIT_CODES.notFound,
      `the journal of workspace ${workspace} has no notes of it; look further back with --since`,
    );
  }
  output.result({ workspace, by: found.by, notes: found.notes.map(noteValue) }, () =>
    noteLines(found.notes).join('\n'),
  );
  return EXIT_CODES.ok;
}

async function findNotes(
  reader: Pick<JournalReader, 'notes'>,
  whose: string,
  { by, since, limit }: NotesOptions,
): Promise<{ readonly by: Owner; readonly notes: readonly Note[] } | undefined> {
  const window = { from: since ?? Date.now() - DEFAULT_WINDOW_MS };
  for (const owner of by === undefined ? OWNERS : [by]) {
    const found = await reader.notes({ subject: subjectOf(owner, whose), window, limit });
    if (found.length > 0) return { by: owner, notes: found };
  }
  return undefined;
}

/** A note without the columns that only operations have. */
function noteValue({ time, outcome, component, key, value, sessionId, userId, terminalId, isCurrent }: Note): object {
  return { time, outcome, component, key, value, sessionId, userId, terminalId, isCurrent };
}

function subjectOf(owner: Owner, whose: string): NoteSubject {
  switch (owner) {
    case 'session':
      return { sessionId: whose };
    case 'user':
      return { userId: whose };
    case 'terminal':
      return { terminalId: whose };
    case 'component':
      return { component: whose };
  }
}

function ownerOf(text: string): Owner {
  const owner = OWNERS.find((each) => each === text);
  if (owner !== undefined) return owner;
  throw new InvalidArgumentError(`Expected one of ${OWNERS.join(', ')}.`);
}
