import type { KnipConfig } from 'knip';

/** Unused files, exports and dependencies. What an index exports is public; tests are found through vitest.config.ts. */
const config: KnipConfig = {
  ignoreExportsUsedInFile: true,
  // Debian's; the tests that need it say so when it is missing.
  ignoreBinaries: ['openssl', 'cc'],
  workspaces: {
    // Run by name: the runtime of every script, and the tools of scripts/check.ts. Members of ours can be imported from anywhere in
    // the repository, for a quick try.
    '.': {
      entry: ['docs/examples/*.ts'],
      ignoreDependencies: ['node', 'turbo', 'publint', '@arethetypeswrong/cli', /^@cio-fleet\//],
    },
    scripts: {
      entry: [
        '{test,check,build}.ts',
        'check-steps/built-apps.ts',
        'bootstrap.mjs',
        '{demo,bench,chaos,fuzz}/main.ts',
        'bench/{spool,gateway,journal,journal-archive,journal-load,udp,webhooks}.ts',
        'bench/roles/*.ts',
        'observability/fixtures/*.ts',
      ],
      project: ['**/*.{ts,mjs}'],
    },
    // Fixtures are started as processes of their own, threads by their path.
    'packages/*': { entry: ['test/**/fixtures/**/*.ts', 'src/**/*-thread.ts'], project: ['{src,test}/**/*.ts'] },
    'apps/*': {
      entry: ['src/main.ts', 'src/**/*-thread.ts', 'test/**/fixtures/**/*.ts'],
      project: ['{src,test}/**/*.ts'],
    },
  },
};

export default config;
