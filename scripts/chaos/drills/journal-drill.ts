import { type JournalKillsOptions, killAroundJournal, problemsOfJournalKills } from '../../scenarios/journal-kills.ts';
import { problemsOfJournalOutage, stopJournalDatabase } from '../../scenarios/journal-outage.ts';
import { type Drill, playVariants, type Variant } from './drill.ts';

export const JOURNAL_DRILL: Drill = {
  name: 'journal',
  description:
    'deliverers, the writer and PostgreSQL killed at random moments for a minute at 1,000 operations/s, then at full load; PostgreSQL away for 60 s',
  run(seed, say) {
    const kills = (
      name: string,
      options: Omit<JournalKillsOptions, 'seed' | 'killWithinMs' | 'settleMs'>,
    ): Variant => ({
      name,
      async run() {
        const full: JournalKillsOptions = { seed, killWithinMs: 2_000, settleMs: 300_000, ...options };
        const result = await killAroundJournal(full);
        return { result, problems: problemsOfJournalKills(result, full) };
      },
    });
    const outage: Variant = {
      name: 'PostgreSQL away for 60 s',
      async run() {
        const course = { seconds: 60, aroundSeconds: 20, perSecond: 1_000, settleMs: 300_000 };
        const result = await stopJournalDatabase({ seed, ...course });
        return { result, problems: problemsOfJournalOutage(result) };
      },
    };
    return playVariants(
      [
        kills('kill -9, PostgreSQL', { kind: 'postgres', seconds: 60, perSecond: 1_000 }),
        kills('kill -9, SQLite', { kind: 'sqlite', seconds: 60, perSecond: 1_000 }),
        kills('kill -9 at full load, PostgreSQL', { kind: 'postgres', seconds: 20 }),
        outage,
      ],
      say,
    );
  },
};
