import { existsSync, readdirSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

/** What Node itself asks for, and our source. Vite's `module` would load builds that only bundlers can read. */
const CONDITIONS = ['@cio-fleet/source', 'node', 'development|production'];
const BROWSER_TESTS = '**/test/browser/**/*.test.ts';

/** Packages and apps are read from source, so that a test never runs against a stale build. */
const resolveFromSource = {
  resolve: { conditions: CONDITIONS },
  ssr: { resolve: { conditions: CONDITIONS } },
};

const common = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  teardownTimeout: 20_000,
  // A failure says what it found, not "[ Array(1) ]": CI's summary is often all that there is to go by.
  chaiConfig: { truncateThreshold: 1_000 },
};

/** The project of a package or app carries the name of its folder: `--project lanes`. */
const workspaceProjects = ['packages', 'apps']
  .flatMap((group) => readdirSync(group).map((name) => ({ name, root: `./${group}/${name}` })))
  .filter(({ root }) => existsSync(`${root}/package.json`))
  .map(({ name, root }) => ({
    ...resolveFromSource,
    root,
    test: { ...common, name, include: ['src/**/*.test.ts', 'test/**/*.test.ts'], exclude: [BROWSER_TESTS] },
  }));

export default defineConfig({
  test: {
    // Once per run, whatever projects it has: the shared Redis.
    globalSetup: ['./packages/testkit/src/vitest/global-setup.ts'],
    // Integration tests talk to real servers; more workers than cores only add noise to their clocks.
    maxWorkers: 2,
    projects: [
      ...workspaceProjects,
      {
        ...resolveFromSource,
        test: { ...common, name: 'scripts', include: ['scripts/**/*.test.ts'] },
      },
      {
        ...resolveFromSource,
        test: { ...common, name: 'browser', include: [`{apps,packages}/${BROWSER_TESTS}`] },
      },
    ],
  },
});
