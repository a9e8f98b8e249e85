import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { expect, inject, it } from 'vitest';

const run = promisify(execFile);
const FIXTURES = join(import.meta.dirname, 'fixtures');

it('lets a script that never closes the producer end by itself, with its operation durable', async () => {
  const startedAtMs = performance.now();
  const args = [
    '--conditions=@cio-fleet/source',
    join(FIXTURES, 'one-call.ts'),
    inject('redisUrl'),
    uniqueWorkspace('script'),
  ];
  const { stdout, stderr } = await run(process.execPath, args, { timeout: 20_000 });
  expect(JSON.parse(stdout)).toMatchObject({ ok: true });
  expect(stderr).toBe('');
  expect(performance.now() - startedAtMs).toBeLessThan(15_000);
});

it('runs the example of the README as it stands there', async () => {
  const readme = await readFile(join(import.meta.dirname, '..', 'README.md'), 'utf8');
  const example = join(FIXTURES, 'example.ts');
  expect(readme).toContain(`\`\`\`ts\n${await readFile(example, 'utf8')}\`\`\``);
  const env = { ...process.env, REDIS_URL: inject('redisUrl'), CIO_FLEET_WORKSPACE: uniqueWorkspace('readme') };
  const { stdout, stderr } = await run(process.execPath, ['--conditions=@cio-fleet/source', example], { env });
  expect(JSON.parse(stdout)).toMatchObject({ ok: true });
  expect(stderr).toBe('');
});
