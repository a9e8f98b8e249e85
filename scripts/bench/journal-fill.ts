import { createJournalStore, type JournalPlace } from '@cio-fleet/journal';
import { createRowCleaner } from '../../packages/journal/src/intake/clean-row.ts';
import { generateRows } from './journal-generate.ts';
import { timeOf } from './journal-questions.ts';
import { benchRow, PAYLOAD_CHARACTERS } from './journal-rows.ts';
import { quietLogger, WORKSPACE } from './journal-stage.ts';

const DAY_MS = 86_400_000;
const BATCH_ROWS = 2_000;

/** Rows over the days up to now: PostgreSQL makes its own, SQLite gets them by its writer. @returns how long it took, in ms */
export async function fillPlace(
  place: JournalPlace,
  { rows, days }: { readonly rows: number; readonly days: number },
): Promise<number> {
  const store = createJournalStore(place, quietLogger);
  await store.start();
  const nowMs = Date.now();
  const today = nowMs - (nowMs % DAY_MS);
  const firstDay = today - (days - 1) * DAY_MS;
  try {
    if (place.kind === 'postgres') {
      const midnights = Array.from({ length: days }, (_, day) => firstDay + day * DAY_MS);
      const { databaseUrl } = place;
      return await timeOf(() => generateRows({ databaseUrl, workspace: WORKSPACE, rows, days: midnights, nowMs }));
    }
    const clean = createRowCleaner({ payload: 'full', redact: [], person: 'plain' });
    const plan = {
      workspace: WORKSPACE,
      payloadCharacters: PAYLOAD_CHARACTERS.small,
      spreadMs: nowMs - firstDay,
      rows,
    };
    return await timeOf(async () => {
      for (let from = 0; from < rows; from += BATCH_ROWS) {
        const length = Math.min(BATCH_ROWS, rows - from);
        await store.write(Array.from({ length }, (_, n) => clean(benchRow(from + n, plan))));
      }
    });
  } finally {
    await store.stop();
  }
}
