/** What became of a step's tests. A skipped test is in none of them. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  /** The failed tests, each with the first line of why. */
  readonly failures?: readonly string[];
  /** Tests that failed at first and passed when their file ran once more, by itself. They count as passed, and are told. */
  readonly unsteady?: readonly string[];
}

/** The part of vitest's JSON report that we read. @see https://vitest.dev/guide/reporters.html#json-reporter */
export interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly TestFile[];
}

interface TestFile {
  readonly name: string;
  readonly status: string;
  readonly message?: string;
  readonly assertionResults: readonly {
    readonly status: string;
    readonly fullName: string;
    readonly failureMessages?: readonly string[];
  }[];
}

/** More files than this don't fail by accident: they aren't run again. */
const MAX_FILES_AGAIN = 5;

/**
 * Counts the tests of a run. What fails outside of a test counts as one failed test each: a file that can't be loaded, and
 * a run that ends badly without any failed test, or without a report.
 */
export function countTests(report: TestReport | undefined, exitCode: number): TestCounts {
  if (!report) return { passed: 0, failed: 1, failures: ['the run left no report'] };
  const failures = report.testResults.flatMap(failuresOf);
  if (failures.length === 0 && exitCode !== 0) failures.push(`the run ended with status ${exitCode}`);
  return { passed: report.numPassedTests, failed: failures.length, failures };
}

/** The files to run once more, to tell an unsteady test from a broken one; none where too much failed for that. */
export function filesToRunAgain(report: TestReport | undefined): readonly string[] {
  const names = (report?.testResults ?? []).filter((file) => failuresOf(file).length > 0).map(({ name }) => name);
  return names.length <= MAX_FILES_AGAIN ? names : [];
}

/** The counts of a run whose failed files ran once more. */
export function countTwice(first: TestReport, again: TestReport | undefined, exitCode: number): TestCounts {
  const once = countTests(first, 1);
  const second = countTests(again, exitCode);
  if (second.failed > 0) return { ...once, failures: [...(once.failures ?? []), ...(second.failures ?? [])] };
  return { passed: once.passed + once.failed, failed: 0, unsteady: once.failures ?? [] };
}

function failuresOf(file: TestFile): string[] {
  const failed = file.assertionResults.filter(({ status }) => status === 'failed');
  if (failed.length === 0) return file.status === 'failed' ? [`${file.name}: ${firstLine(file.message)}`] : [];
  return failed.map(({ fullName, failureMessages }) => `${fullName}: ${firstLine(failureMessages?.[0])}`);
}

function firstLine(text: string | undefined): string {
  return (text ?? 'no reason given').split('\n', 1)[0]?.slice(0, 300) ?? '';
}
