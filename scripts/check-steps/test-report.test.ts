import { expect, it } from 'vitest';
import { countTests, countTwice, filesToRunAgain } from './test-report.ts';

const file = (name: string, ...statuses: string[]) => ({
  name,
  status: statuses.includes('failed') ? 'failed' : 'passed',
  assertionResults: statuses.map((status, index) => ({
    status,
    fullName: `${name} ${index}`,
    failureMessages: status === 'failed' ? ['Error: no\n  at here'] : [],
  })),
});
const oneOfTwo = { numPassedTests: 1, numFailedTests: 1, testResults: [file('a', 'passed', 'failed'), file('b')] };

it('counts passed and failed tests with why they failed, and no skipped ones', () => {
  const report = {
    numPassedTests: 2,
    numFailedTests: 1,
    testResults: [file('a', 'passed', 'failed'), file('b', 'passed', 'skipped')],
  };
  expect(countTests(report, 1)).toEqual({ passed: 2, failed: 1, failures: ['a 1: Error: no'] });
});

it('counts a file that could not be loaded as one failed test', () => {
  const broken = { name: 'b', status: 'failed', message: 'no such module', assertionResults: [] };
  const report = { numPassedTests: 1, numFailedTests: 0, testResults: [file('a', 'passed'), broken] };
  expect(countTests(report, 1)).toEqual({ passed: 1, failed: 1, failures: ['b: no such module'] });
});

it('counts a run that ends badly without a failed test as one failed test', () => {
  const counts = countTests({ numPassedTests: 3, numFailedTests: 0, testResults: [] }, 1);
  expect(counts).toMatchObject({ passed: 3, failed: 1 });
});

it('counts a run without a report as one failed test', () => {
  expect(countTests(undefined, 0)).toMatchObject({ passed: 0, failed: 1 });
});

it('runs the files of failed tests again, unless too many failed', () => {
  expect(filesToRunAgain(oneOfTwo)).toEqual(['a']);
  const many = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => file(name, 'failed'));
  expect(filesToRunAgain({ numPassedTests: 0, numFailedTests: 6, testResults: many })).toEqual([]);
  expect(filesToRunAgain(undefined)).toEqual([]);
});

it('tells a test that passes when it runs again as unsteady', () => {
  const again = { numPassedTests: 2, numFailedTests: 0, testResults: [file('a', 'passed', 'passed')] };
  expect(countTwice(oneOfTwo, again, 0)).toEqual({ passed: 2, failed: 0, unsteady: ['a 1: Error: no'] });
});

it('keeps a test failed that fails again, or whose second run leaves no report', () => {
  expect(countTwice(oneOfTwo, oneOfTwo, 1)).toMatchObject({ passed: 1, failed: 1 });
  expect(countTwice(oneOfTwo, undefined, 1)).toMatchObject({ passed: 1, failed: 1 });
});
