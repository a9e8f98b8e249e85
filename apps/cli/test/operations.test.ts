import { deadLetterQueueName, queueKeyPrefix, workspaceKeys } from '@cio-fleet/contracts';
import { uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { type DeadLetterSeed, seedDeadLetters } from './fixtures/queued-operations.ts';
import { runFleet, startFleet } from './fixtures/run-fleet.ts';

const redisUrl = inject('redisUrl');
const env = { REDIS_URL: redisUrl, CIO_FLEET_ENV: 'staging' };
const redis = new Redis(redisUrl);
afterAll(() => redis.quit());

const seeds = (count: number): DeadLetterSeed[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `01J${String(index).padStart(23, '0')}`,
    person: String(index % 3),
    reason: index % 2 === 0 ? 'REJECTED' : 'EXPIRED',
    at: Date.now() - (count - index) * 60_000,
  }));

const idsIn = async (workspace: string, list: 'wait' | 'failed') => {
  const key = `${queueKeyPrefix(workspace, deadLetterQueueName(workspace))}${list}`;
  return list === 'wait' ? (await redis.lrange(key, 0, -1)).reverse() : redis.zrange(key, '0', '-1');
};

describe('fleet dead-letters', () => {
  it('lists the newest first, narrowed by its options, and never a payload', async () => {
    const workspace = uniqueWorkspace('list');
    await seedDeadLetters(redis, workspace, seeds(10));
    const filter = [
      '--reason',
      'rejected',
      '--verb',
      'track',
      '--person',
      '0',
      '--since',
      '1d',
      '--workspace',
      workspace,
    ];
    const [json, plain, limited] = await Promise.all([
      runFleet(['dead-letters', '--json', ...filter], { env }),
      runFleet(['dead-letters', ...filter], { env }),
      runFleet(['dead-letters', '--limit', '4', '--workspace', workspace], { env }),
    ]);
    const value = JSON.parse(json.stdout);
    expect(value).toMatchObject({ workspace, more: false });
    expect(value.deadLetters.map(({ id }: { id: string }) => Number(id.slice(3, 26)))).toEqual([6, 0]);
    expect(value.deadLetters[0]).toMatchObject({ name: 'track', persons: ['id:0'], reason: { code: 'REJECTED' } });
    expect(json.stdout).not.toContain('attributes');
    expect(plain.stdout.trim().split('\n')).toHaveLength(3);
    expect(limited.stdout.trim().split('\n')).toHaveLength(5);
    expect(limited.stderr).toMatch(/there are more/);
  });

  it('of an empty workspace lists nothing and exits with 0', async () => {
    const result = await runFleet(['dead-letters', '--workspace', uniqueWorkspace('none')], { env });
    expect(result).toMatchObject({ exitCode: 0, stdout: '' });
  });
});

describe('fleet redrive', () => {
  it('only counts on a dry run', async () => {
    const workspace = uniqueWorkspace('dry');
    await seedDeadLetters(redis, workspace, seeds(6));
    const args = ['redrive', '--dry-run', '--json', '--reason', 'EXPIRED', '--workspace', workspace];
    const { exitCode, stdout } = await runFleet(args, { env });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ dryRun: true, matched: 3, operations: 3, redriven: 0 });
    expect(await idsIn(workspace, 'failed')).toHaveLength(6);
  });

  it('puts what matches back oldest first with --yes, and keeps who did it', async () => {
    const workspace = uniqueWorkspace('redrive');
    const all = seeds(6);
    await seedDeadLetters(redis, workspace, [...all].reverse());
    const args = ['redrive', '--yes', '--json', '--action', 'track', '--reason', 'REJECTED', '--rate', '1000'];
    const { exitCode, stdout, stderr } = await runFleet([...args, '--workspace', workspace], { env });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ dryRun: false, matched: 3, redriven: 3, gone: 0 });
    expect(stderr).toMatch(/no worker is running/);
    expect(await idsIn(workspace, 'wait')).toEqual([0, 2, 4].map((index) => `${all[index]?.id}-0`));
    const [[, entry = []] = []] = await redis.xrange(workspaceKeys(workspace).audit, '-', '+');
    expect(entry.join(' ')).toMatch(/user cli:\S+@.* action redrive .*3 of 3 dead letters/);
  });

  it('refuses to begin where nobody can be asked, and changes nothing', async () => {
    const workspace = uniqueWorkspace('ask');
    await seedDeadLetters(redis, workspace, seeds(2));
    const result = await runFleet(['redrive', '--workspace', workspace], { env });
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toMatch(/--yes/);
    expect(await idsIn(workspace, 'failed')).toHaveLength(2);
  });

  it('exits with 3 when nothing matches', async () => {
    const result = await runFleet(['redrive', '--yes', '--workspace', uniqueWorkspace('none')], { env });
    expect(result).toMatchObject({ exitCode: 3, stdout: '' });
    expect(result.stderr).toMatch(/no dead letters/);
  });

  it('stops between two dead letters on SIGINT, and tells how far it came', async () => {
    const workspace = uniqueWorkspace('stop');
    await seedDeadLetters(redis, workspace, seeds(50));
    const { child, ended } = startFleet(['redrive', '--yes', '--json', '--rate', '5', '--workspace', workspace], {
      env,
    });
    await waitFor(async () => (await idsIn(workspace, 'wait')).length >= 2, { description: 'two to be redriven' });
    child.kill('SIGINT');
    const { exitCode, stdout } = await ended;
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout).redriven).toBe((await idsIn(workspace, 'wait')).length);
  });
});

describe('fleet rate', () => {
  it('shows the budget, sets it at run time, and goes back to the configuration', async () => {
    const workspace = uniqueWorkspace('rate');
    const rate = async (...args: string[]) => {
      const { stdout } = await runFleet(['rate', ...args, '--json', '--workspace', workspace], { env });
      return JSON.parse(stdout);
    };
    expect(await rate()).toEqual({ workspace, requestsPerSecond: null, current: null, setAtRunTime: false });
    expect(await rate('250')).toEqual({ workspace, requestsPerSecond: 250, current: 250, setAtRunTime: true });
    expect(await rate('default')).toMatchObject({ requestsPerSecond: null, setAtRunTime: false });
  });

  it.each(['0', 'fast', '1e3'])('refuses %s', async (rate) => {
    expect(await runFleet(['rate', rate], { env })).toMatchObject({ exitCode: 2, stdout: '' });
  });
});

describe('fleet status', () => {
  it('shows a workspace on one screen, without colours in a pipe', async () => {
    const workspace = uniqueWorkspace('status');
    await runFleet(['send', 'identify', '42', '--workspace', workspace], { env });
    const { exitCode, stdout } = await runFleet(['status', '--workspace', workspace], { env });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^workspace ${workspace} · staging · Redis 127\\.0\\.0\\.1:`));
    expect(stdout).toMatch(/waiting {7}1 operation\n/);
    expect(stdout).not.toContain('\u001b');
  });

  it('gives a line of JSON each time with --watch, and ends with 0 on SIGINT', async () => {
    const workspace = uniqueWorkspace('watch');
    const { child, written, ended } = startFleet(['status', '--watch', '0.1', '--json', '--workspace', workspace], {
      env,
    });
    await waitFor(() => written.stdout.split('\n').length > 3, { description: 'three lines' });
    child.kill('SIGINT');
    const { exitCode, stdout } = await ended;
    expect(exitCode).toBe(0);
    for (const line of stdout.trim().split('\n')) {
      expect(JSON.parse(line)).toMatchObject({ workspace, workers: [], residue: 0 });
    }
  });
});

describe('fleet completion', () => {
  it.each(['bash', 'zsh', 'fish'])('prints a script for %s that knows every command', async (shell) => {
    const { exitCode, stdout } = await runFleet(['completion', shell]);
    expect(exitCode).toBe(0);
    for (const name of ['send', 'import', 'status', 'dead-letters', 'redrive', 'rate', 'doctor', 'dry-run']) {
      expect(stdout).toContain(name);
    }
  });
});

describe('a reader that leaves early', () => {
  it('is no failure', async () => {
    const { child, ended } = startFleet(['completion', 'zsh']);
    child.stdout.destroy();
    expect(await ended).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('fleet breaker', () => {
  it('holds every breaker in a state until auto, and writes who did it and why', async () => {
    const workspace = uniqueWorkspace('breaker');
    const run = async (...args: string[]) =>
      JSON.parse((await runFleet(['breaker', ...args, '--json', '--workspace', workspace], { env })).stdout);
    expect(await run('open', '--reason', 'wrong template')).toMatchObject({ workspace, override: 'open' });
    expect(await redis.get(workspaceKeys(workspace).circuitOverride)).toBe('open');
    expect(await run()).toMatchObject({ override: 'open', state: 'OPEN' });
    expect(await run('auto')).toMatchObject({ override: null });
    const [first] = await redis.xrange(workspaceKeys(workspace).audit, '-', '+');
    expect(first?.[1]).toEqual(expect.arrayContaining(['action', 'breaker', 'detail', 'open: wrong template']));
  });

  it('refuses another state with exit code 2', async () => {
    const result = await runFleet(['breaker', 'ajar', '--workspace', uniqueWorkspace('breaker')], { env });
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain('open, closed, auto');
  });
});
