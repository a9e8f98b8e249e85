import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';
import { countTests, type TestCounts, type TestReport } from './test-report.ts';

/** Runs vitest for a project, or for all but one (`!browser`), and counts its tests. */
export function runTests(project: string): TestCounts {
  const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-report-'));
  const reportFile = join(folder, 'report.json');
  try {
    const exitCode = runCommand('vitest', [
      'run',
      `--project=${project}`,
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
    ]);
    const hasReport = existsSync(reportFile);
    return countTests(hasReport ? (JSON.parse(readFileSync(reportFile, 'utf8')) as TestReport) : undefined, exitCode);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
