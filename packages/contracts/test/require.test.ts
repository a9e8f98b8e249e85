import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as contracts from '@cio-fleet/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL('../', import.meta.url));
const TSC = fileURLToPath(new URL('../../../node_modules/.bin/tsc', import.meta.url));

/** A folder where the package is installed as from a registry: built, without its sources and their condition. */
let consumer: string;

beforeAll(async () => {
  consumer = await mkdtemp(join(tmpdir(), 'contracts-require-'));
  const installed = join(consumer, 'node_modules/@cio-fleet/contracts');
  await mkdir(installed, { recursive: true });
  await copyFile(join(PACKAGE, 'package.json'), join(installed, 'package.json'));
  await symlink(await realpath(join(PACKAGE, 'node_modules/ulid')), join(consumer, 'node_modules/ulid'));
  await run(TSC, ['-p', join(PACKAGE, 'tsconfig.build.json'), '--outDir', join(installed, 'dist')]);
});

afterAll(() => rm(consumer, { recursive: true, force: true }));

const PROGRAM = `
const { validateOperation, track, laneOf } = contracts;
const { ok, json } = validateOperation(track(42, 'Paid'));
console.log(JSON.stringify({ names: Object.keys(contracts).sort(), ok, json, lane: laneOf('id:42', 8) }));
`;

describe('the built package', () => {
  it.each([
    ['CommonJS can require() it', 'consumer.cjs', `const contracts = require('@cio-fleet/contracts');${PROGRAM}`],
    ['modules can import it', 'consumer.mjs', `import * as contracts from '@cio-fleet/contracts';${PROGRAM}`],
  ])('%s, and it has all that the source has', async (_, file, program) => {
    await writeFile(join(consumer, file), program);
    const { stdout } = await run(process.execPath, [join(consumer, file)], { cwd: consumer });
    expect(JSON.parse(stdout)).toEqual({
      names: Object.keys(contracts).sort(),
      ok: true,
      json: '{"type":"person","action":"event","identifiers":{"id":"42"},"name":"Paid"}',
      lane: 4,
    });
  });
});
