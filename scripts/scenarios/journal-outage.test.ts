import { expect, it } from 'vitest';
import { problemsOfJournalOutage, stopJournalDatabase } from './journal-outage.ts';

it('Delivers as fast while PostgreSQL is away as before, and writes what it kept when it is back', {
  timeout: 240_000,
}, async () => {
  // As `npm run chaos -- --drill journal`, for seconds instead of a minute.
  const result = await stopJournalDatabase({
    seed: 13,
    seconds: 10,
    aroundSeconds: 4,
    perSecond: 400,
    settleMs: 90_000,
  });
  expect({ problems: problemsOfJournalOutage(result), result }).toMatchObject({ problems: [] });
});
