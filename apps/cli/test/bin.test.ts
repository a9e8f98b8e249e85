import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { emptyFolder } from './fixtures/run-fleet.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

it.each(['apps/cli/bin/fleet', 'node_modules/.bin/fleet'])(
  'the fleet command runs from any folder as %s',
  async (file) => {
    // The system's own programs alone: no Node 24 is on it.
    const env = { PATH: '/usr/bin:/bin' };
    const { stdout, stderr } = await run(`${ROOT}${file}`, ['--version'], { cwd: emptyFolder(), env });
    expect({ stdout, stderr }).toEqual({ stdout: '0.1.0\n', stderr: '' });
  },
);
