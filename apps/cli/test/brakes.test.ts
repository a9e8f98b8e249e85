import { workspaceKeys } from '@cio-fleet/contracts';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { runFleet } from './fixtures/run-fleet.ts';

const redisUrl = inject('redisUrl');
const env = { REDIS_URL: redisUrl, CIO_FLEET_ENV: 'staging' };
const redis = new Redis(redisUrl);
afterAll(() => redis.quit());

async function json(workspace: string, ...args: string[]) {
  const result = await runFleet([...args, '--json', '--workspace', workspace], { env });
  return { ...result, value: result.stdout === '' ? undefined : JSON.parse(result.stdout) };
}

const auditOf = async (workspace: string) =>
  (await redis.xrange(workspaceKeys(workspace).audit, '-', '+')).map(([, fields]) => fields.join(' '));

describe('fleet hold, discard, release and brakes', () => {
  it('count on a dry run what waits and would be stopped, and change nothing', async () => {
    const workspace = uniqueWorkspace('dry');
    await json(workspace, 'send', 'track', '1', 'Bad', '--source', 'shop');
    await json(workspace, 'send', 'track', '2', 'Good', '--source', 'shop');
    await json(workspace, 'send', 'suppress', '3', '--source', 'shop');
    const byName = await json(workspace, 'hold', '--name', 'Bad', '--dry-run');
    expect(byName).toMatchObject({
      exitCode: 0,
      value: { kind: 'hold', matched: 1, persons: 1, looked: 3, complete: true },
    });
    const bySource = await json(workspace, 'discard', '--source', 'shop', '--until', '1s', '--dry-run');
    expect(bySource.value).toMatchObject({ kind: 'discard', looked: 3 });
    const all = await json(workspace, 'discard', '--source', 'shop', '--since', '1h', '--dry-run');
    expect(all.value).toMatchObject({ matched: 2, persons: 2 });
    expect(await redis.exists(workspaceKeys(workspace).brakes)).toBe(0);
  });

  it('set a brake at once with --yes, list it with who set it and why, and release it', async () => {
    const workspace = uniqueWorkspace('hold');
    const args = ['--name', 'Bad', '--person', 'email:Ada@Example.com', '--reason', 'wrong template', '--yes'];
    const held = await json(workspace, 'hold', ...args);
    const { id } = held.value.brake;
    const filter = { name: 'Bad', person: 'email:ada@example.com' };
    expect(held).toMatchObject({ exitCode: 0, value: { brake: { kind: 'hold', filter }, counted: null } });
    const discarded = await json(workspace, 'discard', '--verb', 'add-device', '--yes');
    expect(discarded.value.brake).toMatchObject({
      filter: { verb: 'addDevice', until: expect.any(Number) },
      expiresAt: expect.any(Number),
    });

    const listed = await json(workspace, 'brakes');
    expect(listed.value.brakes).toMatchObject([
      { id, kind: 'hold', filter, reason: 'wrong template', by: expect.stringMatching(/^cli:\S+@/), stopped: 0 },
      { kind: 'discard' },
    ]);
    const shown = await runFleet(['brakes', '--workspace', workspace], { env });
    expect(shown.stdout).toMatch(/hold .* name Bad, person email:ada@example.com \(wrong template\)/);
    const status = await runFleet(['status', '--workspace', workspace], { env });
    expect(status.stdout).toMatch(/brakes {8}2 brakes .*0 operations of 0 persons parked/);

    expect((await json(workspace, 'release', '--all')).value.released).toMatchObject([{ id }]);
    expect(await json(workspace, 'release', '--all')).toMatchObject({ exitCode: 3, stdout: '' });
    const { id: second } = discarded.value.brake;
    expect((await json(workspace, 'release', second)).value.released).toMatchObject([{ kind: 'discard' }]);
    expect((await json(workspace, 'brakes')).value.brakes).toEqual([]);
    expect(await json(workspace, 'release', second)).toMatchObject({ exitCode: 3, stdout: '' });
    const audit = await auditOf(workspace);
    expect(audit).toHaveLength(4);
    expect(audit[0]).toMatch(new RegExp(`user cli:.* action hold detail ${id} .*Bad.*wrong template`));
    expect(audit[2]).toContain(`action release detail hold ${id}`);
  });

  it.each([
    ['no filter', ['hold', '--yes'], /expected at least one of --name/],
    ['nobody to ask', ['discard', '--name', 'x'], /expected --yes/],
    ['an unknown verb', ['hold', '--verb', 'event', '--yes'], /Expected one of identify, track/],
    ['neither a brake nor all', ['release'], /expected the id of a brake, or --all/],
    ['a brake and all', ['release', '01J', '--all'], /and not both/],
  ])('refuse %s, and change nothing', async (_what, args, message) => {
    const workspace = uniqueWorkspace('refuse');
    const result = await runFleet([...args, '--workspace', workspace], { env });
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toMatch(message);
    expect(await auditOf(workspace)).toEqual([]);
  });
});
