import {
  ArchiveError,
  type ArchiveReader,
  createArchiveReader,
  createJournalReader,
  createJournalSource,
  type JournalPlace,
  type JournalReader,
  type JournalSettings,
  type JournalSource,
  readJournalSettings,
} from '@cio-fleet/journal';
import type { Environment } from '@cio-fleet/lifecycle';
import { printable } from '../format/printable.ts';
import { CliError, usageError } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { EXIT_CODES } from './exit-code.ts';

/** What a command of the journal needs; a problem of it is worth a line, not a log. */
export const quietLogger = { info: () => undefined, warn: () => undefined, error: () => undefined };

export type PlacedSettings = JournalSettings & { readonly place: JournalPlace };

/**
 * How the journal is set up.
 *
 * @throws CliError (exit code 2) with every problem, or when there is none
 */
export function journalSettings(env: Environment): PlacedSettings {
  const read = readJournalSettings(env);
  if (!read.ok) throw usageError(read.problems.join('\n'));
  const { place } = read.settings;
  if (place !== undefined) return { ...read.settings, place };
  throw usageError(
    'DATABASE_URL: expected a journal, got none; set DATABASE_URL or JOURNAL_DIR as the workers have it',
  );
}

export interface JournalSession {
  readonly reader: JournalReader;
  readonly source: JournalSource;
}

/**
 * Opens the journal, asks, closes it.
 *
 * @throws CliError (exit code 1) with one line when it doesn't answer
 */
export async function withJournal<T>(
  { env, workspace }: Pick<CommandContext, 'env' | 'workspace'>,
  ask: (session: JournalSession) => Promise<T>,
): Promise<T> {
  const { place, intake } = journalSettings(env);
  const source = createJournalSource(place, quietLogger);
  const reader = createJournalReader({ source, workspace, person: intake.person });
  try {
    return await ask({ reader, source });
  } catch (error) {
    throw error instanceof CliError ? error : journalProblem(error, place);
  } finally {
    await reader.close();
  }
}

/**
 * Opens the archive beside the journal, asks, closes it.
 *
 * @throws CliError (exit code 2) when there is no archive; 3 when it has no such day; 1 when it doesn't answer
 */
export async function withArchive<T>(
  context: Pick<CommandContext, 'env' | 'workspace'>,
  ask: (reader: ArchiveReader) => Promise<T>,
): Promise<T> {
  const { archive, intake } = journalSettings(context.env);
  if (archive === undefined) {
    throw usageError('JOURNAL_ARCHIVE: expected an archive, got none; set JOURNAL_ARCHIVE as the workers have it');
  }
  return withJournal(context, async ({ source }) => {
    const reader = createArchiveReader({
      target: archive,
      workspace: context.workspace,
      source,
      person: intake.person,
    });
    try {
      return await ask(reader);
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      const exitCode = error.code === 'ARCHIVE_NOT_FOUND' ? EXIT_CODES.notFound : EXIT_CODES.failure;
      throw new CliError(exitCode, printable(error.message, 300), { cause: error });
    } finally {
      await reader.close();
    }
  });
}

/** One line for what went wrong; an address may hold a password, so it isn't in it. */
export function journalProblem(error: unknown, { kind }: JournalPlace): CliError {
  const message = error instanceof Error ? error.message : String(error);
  const name = kind === 'sqlite' ? 'the journal in JOURNAL_DIR' : 'the journal of DATABASE_URL';
  return new CliError(EXIT_CODES.failure, `${name} does not answer: ${printable(message, 300)}`, { cause: error });
}
