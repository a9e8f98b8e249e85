import { cpus, loadavg } from 'node:os';
import { runJournalBench } from './journal-bench.ts';
import { type JournalPlan, journalPlan } from './journal-plan.ts';
import { createJournalReport } from './journal-report.ts';

/**
 * The journal in figures: intake beside plain COPY, an hour replayed, look-ups and pages at 15 days of rows while rows come in, dropping
 * a day, bytes per row, and the same questions to a streaming standby.
 *
 * `node --conditions=@cio-fleet/source scripts/bench/journal.ts [--quick] [--enforce] [--driver postgres|sqlite]
 * [--only intake|replay|reads|standby]`
 */
let plan: JournalPlan;
try {
  plan = journalPlan(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(2);
}

const report = createJournalReport((line) => console.log(line));
console.log(
  `${new Date().toISOString().slice(0, 10)} · ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)} before · Node ${process.versions.node}`,
);
await runJournalBench(plan, report);
console.log(report.missed.length === 0 ? '\nall bars met' : `\n${report.missed.length} bars missed`);
if (plan.enforce && report.missed.length > 0) process.exitCode = 1;
