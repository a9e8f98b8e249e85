import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * `npm test [-- vitest arguments]`: every test but those that need a browser, or what the arguments choose, for example
 * `npm test -- --project lanes`.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const given = process.argv.slice(2);
const selection = given.some((argument) => argument.startsWith('--project')) ? [] : ['--project=!browser'];

const { status } = spawnSync(`${root}node_modules/.bin/vitest`, ['run', ...selection, ...given], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${root}node_modules/.bin:${process.env.PATH}` },
});
process.exitCode = status ?? 1;
