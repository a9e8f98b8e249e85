import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { emptyFolder } from './fixtures/run-fleet.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** The system's own programs alone: no Node 24 is on it. */
const PLAIN_PATH = '/usr/bin:/bin';

it.each(['apps/cli/bin/fleet', 'node_modules/.bin/fleet'])(
  'the fleet command runs from any folder as %s',
  async (file) => {
    const env = { PATH: PLAIN_PATH };
    const { stdout, stderr } = await run(`${ROOT}${file}`, ['--version'], { cwd: emptyFolder(), env });
    expect({ stdout, stderr }).toEqual({ stdout: '0.1.0\n', stderr: '' });
  },
);

/** A project that has a source and a build, each of which says which one it is. */
function project(): string {
  const root = emptyFolder();
  for (const folder of ['bin', 'src', 'dist']) mkdirSync(join(root, 'apps/cli', folder), { recursive: true });
  copyFileSync(join(ROOT, 'apps/cli/bin/fleet'), join(root, 'apps/cli/bin/fleet'));
  writeFileSync(join(root, 'apps/cli/src/main.ts'), `console.log('source', ...process.argv.slice(2));`);
  writeFileSync(join(root, 'apps/cli/dist/main.js'), `console.log('build', ...process.argv.slice(2));`);
  return root;
}

it('the fleet command runs the source in a checkout, though there is a build, which may be older', async () => {
  const root = project();
  mkdirSync(join(root, 'node_modules/.bin'), { recursive: true });
  symlinkSync(process.execPath, join(root, 'node_modules/.bin/node'));
  const { stdout } = await run(join(root, 'apps/cli/bin/fleet'), ['status'], { env: { PATH: PLAIN_PATH } });
  expect(stdout).toBe('source status\n');
});

it('the fleet command runs the build, on the Node of the machine, where the checkout has none', async () => {
  const env = { PATH: `${join(process.execPath, '..')}:${PLAIN_PATH}` };
  const { stdout } = await run(join(project(), 'apps/cli/bin/fleet'), ['status'], { env });
  expect(stdout).toBe('build status\n');
});
