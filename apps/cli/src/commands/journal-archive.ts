import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { formatBytes, plural } from '../format/numbers.ts';
import { formatTable } from '../format/table.ts';
import { usageError } from '../session/cli-error.ts';
import type { CommandContext } from '../session/command-context.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { withArchive } from '../session/journal-session.ts';
import { userPath } from '../session/user-path.ts';

export interface RestoreOptions {
  readonly day?: string;
  readonly into?: string;
}

export async function listArchive(context: CommandContext): Promise<ExitCode> {
  const { workspace, output } = context;
  const days = await withArchive(context, (reader) => reader.days());
  output.result({ workspace, days: days.map(({ workspace: _, ...day }) => day) }, () =>
    days.length === 0
      ? `the archive has nothing of workspace ${workspace} yet`
      : formatTable(
          [{ title: 'day' }, { title: 'rows', align: 'right' }, { title: 'size', align: 'right' }],
          days.map(({ day, rows, bytes }) => [day, String(rows), formatBytes(bytes)]),
        ).join('\n'),
  );
  return EXIT_CODES.ok;
}

export async function restoreDay(context: CommandContext, { day, into }: RestoreOptions): Promise<ExitCode> {
  if (day === undefined || into === undefined) {
    throw usageError('expected --day and --into; see fleet journal archive for the days');
  }
  const folder = resolve(userPath(into, context.env));
  const { rows, workspaces } = await withArchive(context, (reader) => reader.restore(day, folder));
  context.output.result(
    { day, folder, rows, workspaces },
    () =>
      `${plural(rows, 'row')} of ${day} are in ${folder}; ask with JOURNAL_DIR=${folder} and without DATABASE_URL, such as fleet person 42 --since ${day}`,
  );
  return EXIT_CODES.ok;
}

/** A day as the archive names it. */
export function dayOfUtc(text: string): string {
  const time = Date.parse(`${text}T00:00:00.000Z`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(time)) return text;
  throw new InvalidArgumentError('Expected a day such as 2026-11-21.');
}
