import type { KnipConfig } from 'knip';

/** Unused files, exports and dependencies. What an index exports is public, and what tests alone use is fine. */
const config: KnipConfig = {
  ignoreExportsUsedInFile: true,
  workspaces: {
    '.': {
      entry: [
        'scripts/{test,check}.ts',
        'scripts/bootstrap.mjs',
        'scripts/{demo,bench,chaos}/main.ts',
        'scripts/**/*.test.ts',
      ],
      project: ['scripts/**/*.{ts,mjs}'],
      // The runtime itself: every script runs on it, none imports it.
      ignoreDependencies: ['node'],
    },
    'packages/*': {
      entry: [
        'src/index.ts',
        'src/*/index.ts',
        'src/vitest/global-setup.ts',
        '{src,test}/**/*.test.ts',
        'test/**/fixtures/**/*.ts',
      ],
      project: ['{src,test}/**/*.ts'],
    },
    'apps/*': {
      entry: ['src/{main,index}.ts', '{src,test}/**/*.test.ts', 'test/**/fixtures/**/*.ts'],
      project: ['{src,test}/**/*.ts'],
    },
  },
};

export default config;
