import { formatAgainst, isUnharmed, measureAgainst } from './against.ts';
import { runBench } from './bench.ts';
import { formatJournalCost, measureJournalCost } from './journal-cost.ts';
import { type BenchOptions, benchOptions } from './options.ts';
import type { BenchReport } from './report.ts';
import { formatReport } from './table.ts';

let options: BenchOptions;
try {
  options = benchOptions(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(2);
}

try {
  // Progress goes to stderr, so that stdout is the report and nothing else.
  if (options.journal) await compareJournal(options);
  if (options.against !== undefined) await compareCommit(options, options.against);
  const report = await runBench(options.plan, (message) => console.error(message));
  console.log(options.json ? JSON.stringify(report, undefined, 2) : formatReport(report));
  process.exit(options.enforce && !allPassed(report) ? 1 : 0);
} catch (error) {
  console.error(error);
  process.exit(1);
}

function allPassed({ bars }: BenchReport): boolean {
  return bars.every(({ passed }) => passed);
}

async function compareJournal({ plan, json, enforce }: BenchOptions): Promise<never> {
  const cost = await measureJournalCost(plan, (message) => console.error(message));
  console.log(json ? JSON.stringify(cost, undefined, 2) : formatJournalCost(cost));
  const hasPassed = cost.steadyRatio >= 0.95 && cost.fullRatio >= 0.85;
  process.exit(enforce && !hasPassed ? 1 : 0);
}

async function compareCommit({ plan, json, enforce }: BenchOptions, commit: string): Promise<never> {
  const against = await measureAgainst(plan, commit, (message) => console.error(message));
  console.log(json ? JSON.stringify(against, undefined, 2) : formatAgainst(against));
  process.exit(enforce && !isUnharmed(against) ? 1 : 0);
}
