import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrakeKind, workspaceKeys } from '@cio-fleet/contracts';
import { setBrake } from '@cio-fleet/lanes';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { emptyFolder, runFleet } from './fixtures/run-fleet.ts';

const redisUrl = inject('redisUrl');
const env = { REDIS_URL: redisUrl, CIO_FLEET_ENV: 'staging' };
const redis = new Redis(redisUrl);
afterAll(() => redis.quit());

async function json(workspace: string, ...args: string[]) {
  const result = await runFleet([...args, '--json', '--workspace', workspace], { env });
  return { ...result, value: result.stdout === '' ? undefined : JSON.parse(result.stdout) };
}

/** Each command is a process of its own, which takes seconds on a busy machine. */
const SLOW = { timeout: 90_000 };

const auditOf = async (workspace: string) =>
  (await redis.xrange(workspaceKeys(workspace).audit, '-', '+')).map(([, fields]) => fields.join(' '));

describe('fleet hold, discard, release and brakes', () => {
  it('count on a dry run what waits and would be stopped, and change nothing', SLOW, async () => {
    const workspace = uniqueWorkspace('dry');
    const line = (person: string, more: object) => JSON.stringify({ person, source: 'shop', ...more });
    const lines = [
      line('1', { verb: 'track', name: 'Bad' }),
      line('2', { verb: 'track', name: 'Good' }),
      line('3', { verb: 'suppress' }),
    ];
    const file = join(emptyFolder(), 'in.ndjson');
    writeFileSync(file, lines.join('\n'));
    await json(workspace, 'import', file);
    const [byName, bySource] = await Promise.all([
      json(workspace, 'hold', '--name', 'Bad', '--dry-run'),
      json(workspace, 'discard', '--source', 'shop', '--since', '1h', '--dry-run'),
    ]);
    const looked = { looked: 3, complete: true, dryRun: true };
    expect(byName).toMatchObject({ exitCode: 0, value: { kind: 'hold', matched: 1, persons: 1, ...looked } });
    expect(bySource).toMatchObject({ exitCode: 0, value: { kind: 'discard', matched: 2, persons: 2, ...looked } });
    expect(await redis.exists(workspaceKeys(workspace).brakes)).toBe(0);
  });

  it('set a brake at once with --yes, and show it with who set it and why', SLOW, async () => {
    const workspace = uniqueWorkspace('hold');
    const args = ['--name', 'Bad', '--person', 'email:Ada@Example.com', '--reason', 'wrong template', '--yes'];
    const [held, discarded] = await Promise.all([
      json(workspace, 'hold', ...args),
      json(workspace, 'discard', '--verb', 'add-device', '--yes'),
    ]);
    const filter = { name: 'Bad', person: 'email:ada@example.com' };
    const { id } = held.value.brake;
    expect(held).toMatchObject({ exitCode: 0, value: { brake: { kind: 'hold', filter }, counted: null } });
    const bounds = { filter: { verb: 'addDevice', until: expect.any(Number) }, expiresAt: expect.any(Number) };
    expect(discarded.value.brake).toMatchObject({ kind: 'discard', ...bounds });

    const [listed, shown, status] = await Promise.all([
      json(workspace, 'brakes'),
      runFleet(['brakes', '--workspace', workspace], { env }),
      runFleet(['status', '--workspace', workspace], { env }),
    ]);
    const by = expect.stringMatching(/^cli:\S+@/);
    expect(listed.value.brakes).toContainEqual(
      expect.objectContaining({ id, kind: 'hold', filter, reason: 'wrong template', by, stopped: 0 }),
    );
    expect(shown.stdout).toMatch(/hold .* name Bad, person email:ada@example.com \(wrong template\)/);
    expect(status.stdout).toMatch(/brakes {8}2 brakes .*0 operations of 0 persons parked/);
    const audit = (await auditOf(workspace)).find((entry) => entry.includes('action hold'));
    expect(audit).toMatch(new RegExp(`user cli:.* detail ${id} .*Bad.*wrong template`));
    expect(audit).not.toContain('example.com');
  });

  it('release one brake by its id, and with --all every hold but no discard', SLOW, async () => {
    const workspace = uniqueWorkspace('release');
    const set = (kind: BrakeKind, name: string) => setBrake(redis, workspace, { kind, filter: { name }, by: 'test' });
    const [one, two, discard] = [await set('hold', 'one'), await set('hold', 'two'), await set('discard', 'three')];
    expect((await json(workspace, 'release', one.id)).value.released).toMatchObject([{ id: one.id }]);
    expect((await json(workspace, 'release', '--all')).value.released).toMatchObject([{ id: two.id }]);
    expect(await redis.hkeys(workspaceKeys(workspace).brakes)).toEqual([discard.id]);
    expect(await json(workspace, 'release', one.id)).toMatchObject({ exitCode: 3, stdout: '' });
    const audit = await auditOf(workspace);
    expect(audit).toHaveLength(2);
    expect(audit[0]).toContain(`action release detail hold ${one.id}`);
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
