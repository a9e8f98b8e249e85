import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, runNpm } from './run-command.ts';
import { countTests, countTwice, filesToRunAgain, type TestCounts, type TestReport } from './test-report.ts';

/** Which tests: those of `npm test`, as the README tells people to run them, or those that need a browser. */
export type TestSelection = 'npm test' | 'browser';

/** Runs tests and counts them. Files that fail run once more by themselves, and what passes only then is told as unsteady. */
export function runTests(selection: TestSelection): TestCounts {
  const first = withReport((report) =>
    selection === 'npm test'
      ? runNpm(['test', '--', ...report])
      : runCommand('vitest', ['run', '--project=browser', ...report]),
  );
  const files = filesToRunAgain(first.report);
  if (first.report === undefined || files.length === 0) return countTests(first.report, first.exitCode);
  console.log(`\n=== ${files.length} failed ${files.length === 1 ? 'file' : 'files'} once more`);
  const again = withReport((report) => runCommand('vitest', ['run', ...files, ...report]));
  return countTwice(first.report, again.report, again.exitCode);
}

function withReport(run: (report: readonly string[]) => number): { exitCode: number; report: TestReport | undefined } {
  const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-report-'));
  const file = join(folder, 'report.json');
  try {
    const exitCode = run(['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]);
    const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as TestReport) : undefined;
    return { exitCode, report };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
