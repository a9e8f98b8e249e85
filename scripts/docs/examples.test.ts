import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { waitFor } from '@cio-fleet/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../rig/rig.ts';
import { ROOT, readPages } from './pages.ts';

const run = promisify(execFile);

async function runExample(name: string, env: Readonly<Record<string, string>>): Promise<string> {
  const args = ['--conditions=@cio-fleet/source', `${ROOT}docs/examples/${name}`];
  const { stderr } = await run(process.execPath, args, { env: { PATH: process.env.PATH, ...env }, timeout: 20_000 });
  return stderr;
}

describe('an example of the documentation', () => {
  let rig: Rig;

  beforeAll(async () => {
    rig = await startRig();
    await rig.startWorker();
  });

  afterAll(() => rig.stop());

  it('of the producer runs, and Customer.io has what it sent', async () => {
    expect(await runExample('producer.ts', { REDIS_URL: rig.redis.url })).toBe('');
    await waitFor(async () => rig.simulator.person('42')?.events.length === 2 && (await rig.ledger()).waiting === 0);
    expect(rig.simulator.person('42')).toMatchObject({
      attributes: { plan: 'pro' },
      events: [{ name: 'Order Placed' }, { name: 'https://shop.example.com/thanks' }],
    });
  });

  it('of the drop-in runs with one warning, and Customer.io has what it sent', async () => {
    const warned = await runExample('drop-in.ts', { REDIS_URL: rig.redis.url });
    expect(warned.match(/CREDENTIALS_IGNORED/g)).toHaveLength(1);
    await waitFor(async () => rig.simulator.person('43')?.events.length === 1 && (await rig.ledger()).waiting === 0);
    expect(rig.simulator.person('43')).toMatchObject({
      attributes: { email: 'grace@example.com' },
      events: [{ name: 'Signed Up' }],
    });
  });
});

it('the examples of the documentation are typed', { timeout: 60_000 }, async () => {
  await expect(run(`${ROOT}node_modules/.bin/tsc`, ['-p', `${ROOT}docs/examples`])).resolves.toMatchObject({
    stdout: '',
  });
});

describe('a code block that is marked as tested', () => {
  const marked = readPages().flatMap(({ path, text }) =>
    [...text.matchAll(/<!-- tested: (\S+) -->\n+```\w*\n([\s\S]*?)^```$/gm)].map(([, file = '', code = '']) => ({
      name: `${file} in ${path}`,
      file,
      code,
    })),
  );

  it.each(marked.map((block) => [block.name, block] as const))('is the tested file: %s', (_, { file, code }) => {
    expect(code).toBe(readFileSync(`${ROOT}${file}`, 'utf8'));
  });

  it('shows every file of docs/examples', () => {
    const sources = readdirSync(`${ROOT}docs/examples`).filter((name) => name.endsWith('.ts'));
    const files = sources.map((name) => `docs/examples/${name}`);
    expect(files.filter((file) => !marked.some((block) => block.file === file))).toEqual([]);
  });
});
