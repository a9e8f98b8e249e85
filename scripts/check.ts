import { checkPublishedPackages } from './check-steps/published-packages.ts';
import { runCommand, runPnpm } from './check-steps/run-command.ts';
import { runTests } from './check-steps/run-tests.ts';
import type { TestCounts } from './check-steps/test-report.ts';

/**
 * `npm run check`: all that CI runs. A step that fails doesn't keep the others from running. The last line counts the
 * tests; a failed step of another kind counts as one failed test. Package boundaries are a test of the project `scripts`.
 */
interface Step {
  readonly name: string;
  readonly run: () => TestCounts;
}

/** A step that is not a test adds nothing to the count as long as it succeeds. */
const tool = (name: string, run: () => number): Step => ({
  name,
  run: () => ({ passed: 0, failed: run() === 0 ? 0 : 1 }),
});

const steps: readonly Step[] = [
  { name: 'npm test', run: () => runTests('npm test') },
  tool('lint', () => runCommand('biome', ['ci', '--colors=off', '.'])),
  tool('typecheck', () => runPnpm(['exec', 'turbo', 'run', 'typecheck', '--output-logs=errors-only', '--continue'])),
  tool('typecheck of configuration files', () => runCommand('tsc', ['-p', 'tsconfig.json'])),
  tool('build', () => runPnpm(['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'])),
  tool('built apps', () => runCommand('node', ['--conditions=@cio-fleet/source', 'scripts/check-steps/built-apps.ts'])),
  tool('published packages', checkPublishedPackages),
  tool('unused code and dependencies', () => runCommand('knip', ['--no-progress', '--no-config-hints'])),
  { name: 'browser tests', run: () => runTests('browser') },
];

const results = steps.map(({ name, run }) => {
  console.log(`\n=== ${name}`);
  const startedAtMs = performance.now();
  const counts = run();
  const seconds = Math.round((performance.now() - startedAtMs) / 1_000);
  return { name, seconds, ...counts };
});

console.log('\n=== summary');
for (const { name, seconds, failed } of results)
  console.log(`${failed === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`);
for (const { name, failures = [], unsteady = [] } of results) {
  for (const failure of failures) console.log(`failed in ${name}: ${failure}`);
  for (const failure of unsteady) console.log(`unsteady in ${name}, passed when run again: ${failure}`);
}

const passed = results.reduce((sum, step) => sum + step.passed, 0);
const failed = results.reduce((sum, step) => sum + step.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
