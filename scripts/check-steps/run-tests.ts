import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand, runNpm } from './run-command.ts';
import { countTests, type TestCounts, type TestReport } from './test-report.ts';

/** Which tests: those of `npm test`, as the README tells people to run them, or those that need a browser. */
export type TestSelection = 'npm test' | 'browser';

/** Runs tests and counts them. */
export function runTests(selection: TestSelection): TestCounts {
  const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-report-'));
  const reportFile = join(folder, 'report.json');
  try {
    const report = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
    const exitCode =
      selection === 'npm test'
        ? runNpm(['test', '--', ...report])
        : runCommand('vitest', ['run', '--project=browser', ...report]);
    const hasReport = existsSync(reportFile);
    return countTests(hasReport ? (JSON.parse(readFileSync(reportFile, 'utf8')) as TestReport) : undefined, exitCode);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
