import { expect, it } from 'vitest';
import { countTests } from './test-report.ts';

const file = (...statuses: string[]) => ({
  status: statuses.includes('failed') ? 'failed' : 'passed',
  assertionResults: statuses.map((status) => ({ status })),
});

it('counts passed and failed tests, and no skipped ones', () => {
  const report = {
    numPassedTests: 2,
    numFailedTests: 1,
    testResults: [file('passed', 'failed'), file('passed', 'skipped')],
  };
  expect(countTests(report, 1)).toEqual({ passed: 2, failed: 1 });
});

it('counts a file that could not be loaded as one failed test', () => {
  const report = {
    numPassedTests: 1,
    numFailedTests: 0,
    testResults: [file('passed'), { status: 'failed', assertionResults: [] }],
  };
  expect(countTests(report, 1)).toEqual({ passed: 1, failed: 1 });
});

it('counts a run that ends badly without a failed test as one failed test', () => {
  expect(countTests({ numPassedTests: 3, numFailedTests: 0, testResults: [] }, 1)).toEqual({ passed: 3, failed: 1 });
});

it('counts a run without a report as one failed test', () => {
  expect(countTests(undefined, 0)).toEqual({ passed: 0, failed: 1 });
});
