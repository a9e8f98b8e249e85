import { expect, it } from 'vitest';
import { runJournalBench } from './journal-bench.ts';
import { journalPlan } from './journal-plan.ts';
import { createJournalReport } from './journal-report.ts';

it('measures the journal in both databases, whatever the figures', { timeout: 240_000 }, async () => {
  const lines: string[] = [];
  await runJournalBench(
    {
      ...journalPlan([]),
      rounds: 1,
      intakeRows: { small: 2_000, large: 1_000 },
      replayRows: 2_000,
      storedRows: { postgres: 3_000, sqlite: 1_500 },
      rowsPerSecond: 200,
      lookUpSeconds: 0.2,
      pageRequests: 1,
    },
    createJournalReport((line) => lines.push(line)),
  );
  const of = (text: string) => lines.filter((line) => line.includes(text));
  expect(of('of COPY')).toHaveLength(4);
  expect(of('x real time')).toHaveLength(2);
  expect(of('look-up of a person')).toHaveLength(3);
  expect(of(' page ')).toHaveLength(33);
  expect(of('dropping a day')).toHaveLength(2);
  expect(of('fleet journal doctor')).toMatchObject([expect.stringContaining('behind')]);
});

it('takes the size, one database and one part of the journal from its arguments', () => {
  expect(journalPlan([])).toMatchObject({ drivers: ['postgres', 'sqlite'], enforce: false, replayRows: 625_000 });
  expect(journalPlan(['--quick', '--enforce', '--driver', 'sqlite', '--only', 'replay'])).toMatchObject({
    drivers: ['sqlite'],
    parts: ['replay'],
    enforce: true,
    replayRows: 62_500,
  });
  expect(() => journalPlan(['--driver', 'mysql'])).toThrow('--driver: expected one of postgres, sqlite, got "mysql"');
});
