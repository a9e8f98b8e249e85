import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { expect, inject, it } from 'vitest';

const run = promisify(execFile);
const SCRIPT = join(import.meta.dirname, 'fixtures', 'one-call.ts');

it('lets a script that never closes the producer end by itself, with its operation durable', async () => {
  const startedAtMs = performance.now();
  const args = ['--conditions=@cio-fleet/source', SCRIPT, inject('redisUrl'), uniqueWorkspace('script')];
  const { stdout, stderr } = await run(process.execPath, args, { timeout: 20_000 });
  expect(JSON.parse(stdout)).toMatchObject({ ok: true });
  expect(stderr).toBe('');
  expect(performance.now() - startedAtMs).toBeLessThan(15_000);
});
