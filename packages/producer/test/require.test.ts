import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const PRODUCER = dirname(import.meta.dirname);
const CONTRACTS = join(dirname(PRODUCER), 'contracts');
const ROOT = dirname(dirname(PRODUCER));
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

let folder: string;

/** Copies a package and builds it as for publishing, with its dependencies linked. */
async function install(packageRoot: string, links: Readonly<Record<string, string>>): Promise<string> {
  const target = join(folder, 'packages', basename(packageRoot));
  await mkdir(join(target, 'node_modules', '@cio-fleet'), { recursive: true });
  for (const entry of ['package.json', 'tsconfig.build.json', 'src']) {
    await cp(join(packageRoot, entry), join(target, entry), { recursive: true });
  }
  for (const [link, to] of Object.entries(links)) await symlink(to, join(target, 'node_modules', link));
  await run(process.execPath, [TSC, '-p', join(target, 'tsconfig.build.json')]);
  return target;
}

beforeAll(async () => {
  // Below node_modules, so that compiler and type declarations are found and nobody else looks there.
  folder = await mkdtemp(join(PRODUCER, 'node_modules', '.require-'));
  await cp(join(ROOT, 'tsconfig.base.json'), join(folder, 'tsconfig.base.json'));
  const contracts = await install(CONTRACTS, { ulid: join(CONTRACTS, 'node_modules', 'ulid') });
  await install(PRODUCER, {
    '@cio-fleet/contracts': contracts,
    ioredis: join(PRODUCER, 'node_modules', 'ioredis'),
  });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it.each([
  ['.', 'createProducer'],
  ['customerio-node', 'TrackClient'],
  ['testing', 'createTestProducer'],
])('is loaded by require() and by import, built as published: %s', async (entry, name) => {
  const specifier = entry === '.' ? '@cio-fleet/producer' : `@cio-fleet/producer/${entry}`;
  const script = `import('${specifier}').then((m) => console.log(typeof require('${specifier}').${name}, typeof m.${name}))`;
  await mkdir(join(folder, 'app', 'node_modules', '@cio-fleet'), { recursive: true });
  await symlink(
    join(folder, 'packages', 'producer'),
    join(folder, 'app', 'node_modules', '@cio-fleet', 'producer'),
  ).catch(
    () => undefined, // The link is there from the entry before.
  );
  const { stdout } = await run(process.execPath, ['--input-type=commonjs', '-e', script], { cwd: join(folder, 'app') });
  expect(stdout.trim()).toBe('function function');
});
