import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';
import type { SqlRow, SqlValue } from '../reader/journal-source.ts';
import { isReady, openForReading } from './day-file.ts';
import { fileOf, listDayFiles } from './day-files.ts';
import { serveThread } from './thread-calls.ts';

export interface ReaderThreadData {
  readonly folder: string;
}

const { folder } = workerData as ReaderThreadData;
const MAX_STATEMENTS = 200;

interface OpenDay {
  readonly database: DatabaseSync;
  readonly statements: Map<string, StatementSync>;
}

const open = new Map<string, OpenDay>();

/** Opens what came, and closes what was dropped. A file that its writer hasn't finished making is for the next time. */
function openDays(): readonly OpenDay[] {
  const days = listDayFiles(folder);
  for (const day of open.keys()) {
    if (days.includes(day)) continue;
    open.get(day)?.database.close();
    open.delete(day);
  }
  return days.flatMap((day) => {
    const found = open.get(day);
    if (found !== undefined) return found;
    const database = openForReading(fileOf(folder, day));
    if (!isReady(database)) {
      database.close();
      return [];
    }
    const opened = { database, statements: new Map<string, StatementSync>() };
    open.set(day, opened);
    return opened;
  });
}

function selectIn({ database, statements }: OpenDay, text: string, values: readonly SqlValue[]): readonly SqlRow[] {
  let statement = statements.get(text);
  if (statement === undefined) {
    if (statements.size >= MAX_STATEMENTS) statements.clear();
    statement = database.prepare(text);
    statements.set(text, statement);
  }
  const named = Object.fromEntries(values.map((value, index) => [`$${index + 1}`, value]));
  return statement.all(named) as readonly SqlRow[];
}

serveThread({
  select: (text: string, values: readonly SqlValue[]) => openDays().map((day) => selectIn(day, text, values)),
  stop() {
    for (const { database } of open.values()) database.close();
    open.clear();
  },
});
