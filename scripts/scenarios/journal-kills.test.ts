import { expect, it } from 'vitest';
import { type JournalKillsOptions, killAroundJournal, problemsOfJournalKills } from './journal-kills.ts';

/** As `npm run chaos -- --drill journal`, for seconds instead of minutes. */
async function problemsIn(options: Pick<JournalKillsOptions, 'seed' | 'kind'>): Promise<unknown> {
  const full: JournalKillsOptions = { seconds: 5, perSecond: 400, killWithinMs: 700, settleMs: 90_000, ...options };
  const result = await killAroundJournal(full);
  return { problems: problemsOfJournalKills(result, full), result };
}

it('Each delivered operation has its row once in PostgreSQL, whoever is killed: deliverer, writer, PostgreSQL', {
  timeout: 240_000,
}, async () => {
  expect(await problemsIn({ seed: 11, kind: 'postgres' })).toMatchObject({ problems: [] });
});

it('Each delivered operation has its row once in SQLite, whoever is killed: deliverer, writer', {
  timeout: 240_000,
}, async () => {
  expect(await problemsIn({ seed: 12, kind: 'sqlite' })).toMatchObject({ problems: [] });
});
