import { benchIntake } from './journal-intake.ts';
import type { JournalPlan } from './journal-plan.ts';
import { benchReads } from './journal-reads.ts';
import { benchReplay } from './journal-replay.ts';
import type { JournalReport } from './journal-report.ts';
import { startJournalStage } from './journal-stage.ts';

/** Measures what the plan names, one database after the other. */
export async function runJournalBench(plan: JournalPlan, report: JournalReport): Promise<void> {
  const { drivers, parts } = plan;
  for (const driver of drivers) {
    const stage = await startJournalStage(driver);
    try {
      if (parts.includes('intake')) {
        report.part(`intake, ${driver}`);
        await benchIntake(stage, plan, report);
      }
      if (parts.includes('replay')) {
        report.part(`replay, ${driver}`);
        await benchReplay(stage, plan, report);
      }
      if (parts.includes('reads') || (parts.includes('standby') && driver === 'postgres')) {
        report.part(`questions while rows come in, ${driver}`);
        await benchReads(stage, plan, report);
      }
    } finally {
      await stage.stop();
    }
  }
}
