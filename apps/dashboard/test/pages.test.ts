import { queuePrefix, workspaceKeys } from '@cio-fleet/contracts';
import { appendOutcomes } from '@cio-fleet/lanes';
import { startRedis, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { basic, OPERATOR, type RunningDashboard, runDashboard, VIEWER } from './support/dashboard.ts';
import { redrivenIds, seedDeadLetters, seedLanes, seedWorker, ulid } from './support/seed-fleet.ts';
import { workspacesFile } from './support/workspaces-file.ts';

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
const workspace = uniqueWorkspace('pages');
const other = uniqueWorkspace('other');
const PAGES = ['/', '/person', '/notes', '/errors', '/redrive', '/sources', '/workers', '/live', '/audit'];
let dashboard: RunningDashboard;

beforeAll(async () => {
  await seedLanes(redis, workspace, 2, 3);
  await seedWorker(redis, workspace, 'w1');
  await seedDeadLetters(redis, workspace, 20, (index) =>
    index % 2 === 0 ? { code: 'REJECTED', message: `name ${index} is wrong` } : { code: 'EXPIRED', message: 'too old' },
  );
  dashboard = await runDashboard({
    REDIS_URL: inject('redisUrl'),
    CIO_FLEET_WORKSPACES: workspacesFile(workspace, other),
    DASHBOARD_REDRIVE_PER_SECOND: '1000',
  });
});
afterAll(async () => {
  await dashboard.process.stop();
  await redis.quit();
});

const html = async (path: string, as = VIEWER) => (await dashboard.request(path, { as })).text();
const json = async <T>(path: string): Promise<T> =>
  (await dashboard.request(path, { as: VIEWER, headers: { accept: 'application/json' } })).json() as Promise<T>;
const post = (path: string, form: Record<string, string>) =>
  dashboard.request(path, { as: OPERATOR, method: 'POST', form: { workspace, ...form } });

describe('every fleet page', () => {
  it.each(PAGES)('%s is there for a viewer, without a journal, and says which page it is', async (path) => {
    const response = await dashboard.request(path, { as: VIEWER });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/html');
    const page = await response.text();
    expect(page).toContain(`<a href="${path}" aria-current="page"`);
    expect(page.match(/<h1/g)).toHaveLength(1);
    expect(page).not.toMatch(/ style=| on[a-z]+="|<style/);
  });

  it.each(PAGES)(
    '%s is JSON at the same address, by Accept, by format and by .json, and is not sniffed',
    async (path) => {
      const dotted = path === '/' ? '/fleet.json' : `${path}.json`;
      for (const [address, accept] of [
        [path, 'application/json'],
        [`${path}?format=json`, 'text/html'],
        [dotted, '*/*'],
      ] as const) {
        const response = await dashboard.request(address, { as: VIEWER, headers: { accept } });
        expect(response.headers.get('content-type'), address).toContain('application/json');
        expect(response.headers.get('x-content-type-options')).toBe('nosniff');
        expect(await response.json()).toEqual(expect.any(Object));
      }
    },
  );

  it('needs sign-in, the stream of the live page too', async () => {
    for (const path of [...PAGES, '/person.json', '/live/stream']) {
      expect((await dashboard.request(path)).status, path).toBe(401);
    }
  });

  it('leads to the same workspace on the other pages, and finds persons in it', async () => {
    const page = await html(`/errors?workspace=${other}`);
    expect(page).toContain(`<a href="/sources?workspace=${other}"`);
    expect(page).toContain(`<input type="hidden" name="workspace" value="${other}"><input type="search"`);
    expect(await html('/errors?workspace=mars')).not.toContain('/sources?workspace=');
  });

  it('knows no workspace but those of the fleet', async () => {
    for (const path of PAGES.filter((each) => each !== '/')) {
      expect((await dashboard.request(`${path}?workspace=mars`, { as: VIEWER })).status, path).toBe(404);
    }
  });

  it('says so while Redis is away', async () => {
    const own = await startRedis();
    const alone = await runDashboard({ REDIS_URL: own.url, CIO_FLEET_WORKSPACES: workspacesFile(workspace) });
    await own.kill();
    await waitFor(async () => (await alone.request('/workers', { as: VIEWER })).status === 503);
    for (const path of PAGES.filter((each) => !['/', '/person', '/notes', '/redrive'].includes(each))) {
      const response = await alone.request(path, { as: VIEWER });
      expect([response.status, await response.text()], path).toEqual([
        503,
        expect.stringContaining('Redis does not answer'),
      ]);
    }
    await alone.process.stop();
    await own.stop();
  });
});

describe('the person page without a journal', () => {
  it('shows what waits and what is dead, and says how to keep a past', async () => {
    const page = await html(`/person?workspace=${workspace}&q=2`);
    for (const text of [
      'There is no journal',
      'JOURNAL_DIR',
      'Waiting operations',
      '.lane.',
      'REJECTED',
      `${ulid(12)}-0`,
    ]) {
      expect(page, text).toContain(text);
    }
  });

  it('finds one operation by its id', async () => {
    const { deadLetters } = await json<{ deadLetters: { id: string }[] }>(
      `/person?workspace=${workspace}&q=${ulid(7)}&by=operation`,
    );
    expect(deadLetters.map(({ id }) => id)).toEqual([`${ulid(7)}-0`]);
  });
});

describe('the errors page without a journal', () => {
  interface Groups {
    readonly groups: readonly {
      fingerprint: string;
      errorCode: string;
      atRest: number;
      persons: number;
      state: string;
    }[];
  }
  const groupsOf = async (query = '') => (await json<Groups>(`/errors?workspace=${workspace}${query}`)).groups;

  it('groups the dead letters that rest, whatever differs from case to case', async () => {
    expect(await groupsOf()).toMatchObject([
      { errorCode: expect.any(String), atRest: 10, persons: 5, state: 'open' },
      { errorCode: expect.any(String), atRest: 10, persons: 5, state: 'open' },
    ]);
    expect(await html(`/errors?workspace=${workspace}`)).toContain('name &lt;n&gt; is wrong');
  });

  it('lets an operator ignore, resolve and reopen a group, and opens a resolved one that comes again', async () => {
    const fingerprint = (await groupsOf()).find(({ errorCode }) => errorCode === 'REJECTED')?.fingerprint ?? '';
    const stateNow = async () =>
      (await groupsOf('&state=all')).find((group) => group.fingerprint === fingerprint)?.state;
    expect((await post('/errors/ignore', { group: fingerprint })).status).toBe(303);
    expect(await stateNow()).toBe('ignored');
    expect((await groupsOf()).map(({ errorCode }) => errorCode)).toEqual(['EXPIRED']);
    await post('/errors/resolve', { group: fingerprint });
    expect(await stateNow()).toBe('resolved');
    const { errorGroups } = workspaceKeys(workspace);
    await redis.hset(errorGroups, fingerprint, JSON.stringify({ state: 'resolved', by: 'otto', at: 1 }));
    expect(await stateNow()).toBe('open');
    expect(await html(`/errors?workspace=${workspace}`)).toContain('back since resolved');
    await post('/errors/reopen', { group: fingerprint });
    expect(await redis.hlen(errorGroups)).toBe(0);
    expect((await post('/errors/ignore', { group: '../x' })).status).toBe(404);
    const audit = await json<{ changes: { action: string; user: string }[] }>(`/audit?workspace=${workspace}`);
    expect(audit.changes.slice(0, 3).map(({ action, user }) => `${user} ${action}`)).toEqual([
      'otto error-reopen',
      'otto error-resolve',
      'otto error-ignore',
    ]);
  });

  it('shows one group, and leads to its redrive, which counts those alone', async () => {
    const group = (await groupsOf()).find(({ errorCode }) => errorCode === 'EXPIRED')?.fingerprint ?? '';
    const page = await html(`/errors?workspace=${workspace}&group=${group}`, OPERATOR);
    expect(page).toContain(`/redrive?workspace=${workspace}&amp;group=${group}`);
    const { counted } = await json<{ counted: { matched: number } }>(`/redrive?workspace=${workspace}&group=${group}`);
    expect(counted.matched).toBe(10);
    expect((await dashboard.request(`/errors?workspace=${workspace}&group=0`, { as: VIEWER })).status).toBe(404);
  });
});

describe('the redrive page', () => {
  it('refuses a filter that it cannot read, instead of meaning everything', async () => {
    const bad = `/redrive?workspace=${workspace}&since=yesterday`;
    expect((await dashboard.request(bad, { as: OPERATOR })).status).toBe(400);
    expect((await post('/redrive', { since: 'yesterday' })).status).toBe(400);
    expect(await redrivenIds(redis, workspace)).toEqual([]);
  });

  it('narrows by person, name and reason together, redrives those, and shows how it went', async () => {
    const filter = { person: '4', name: 'bought', reason: 'REJECTED' };
    const query = new URLSearchParams({ workspace, ...filter }).toString();
    expect((await json<{ counted: object }>(`/redrive?${query}`)).counted).toMatchObject({ matched: 2 });
    expect(await redrivenIds(redis, workspace)).toEqual([]);
    expect((await post('/redrive', filter)).status).toBe(303);
    await waitFor(async () => (await redrivenIds(redis, workspace)).length === 2);
    expect(await redrivenIds(redis, workspace)).toEqual([`${ulid(4)}-0`, `${ulid(14)}-0`]);
    await waitFor(async () => (await html('/redrive')).includes('by otto: done, 2 of 2'));
    expect(await html(`/audit?workspace=${workspace}&action=redrive-end`)).toContain('done: 2 redriven, 0 gone');
  });
});

describe('the workers page', () => {
  it('lets an operator make a live worker quiet, and resume it', async () => {
    await seedWorker(redis, workspace, 'w1');
    const { quietWorkers } = workspaceKeys(workspace);
    expect(await html(`/workers?workspace=${workspace}`)).not.toContain('Make quiet');
    expect(await html(`/workers?workspace=${workspace}`, OPERATOR)).toContain('Make quiet');
    expect((await post('/workers/quiet', { worker: 'w1' })).status).toBe(303);
    expect(await redis.zrange(quietWorkers, '0', '-1')).toEqual(['w1']);
    expect((await post('/workers/resume', { worker: 'w1' })).status).toBe(303);
    expect(await redis.exists(quietWorkers)).toBe(0);
    expect((await post('/workers/quiet', { worker: 'nobody' })).status).toBe(404);
  });
});

describe('the live page', () => {
  const outcome = (n: number, change: object = {}) => ({
    ...{ time: Date.now(), outcome: 'delivered', operationId: ulid(n), action: 'track', source: 'shop' },
    ...change,
  });

  it('shows the newest outcomes, filtered', async () => {
    await appendOutcomes(redis, workspace, [outcome(1), outcome(2, { outcome: 'failed', errorCode: 'HTTP_500' })]);
    const page = await html(`/live?workspace=${workspace}&outcome=failed`);
    expect(page).toContain('HTTP_500');
    expect(page).not.toContain(ulid(1));
  });

  it('goes on with new ones that pass its filter', async () => {
    const watching = new AbortController();
    const response = await fetch(`${dashboard.url}/live/stream?workspace=${workspace}&text=ada`, {
      headers: { authorization: basic(VIEWER) },
      signal: watching.signal,
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    let text = '';
    const reading = (async () => {
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) text += chunk;
    })();
    // The tail begins at its first look; what comes after that is sent.
    await waitFor(
      async () => {
        await appendOutcomes(redis, workspace, [outcome(3, { person: 'id:bob' }), outcome(4, { person: 'id:ada' })]);
        return text.includes(ulid(4));
      },
      { intervalMs: 200 },
    );
    expect(text).toContain('event: hello');
    expect(text).not.toContain(ulid(3));
    watching.abort();
    await expect(reading).rejects.toThrow();
  });

  it('is open six times at most for one user, whoever else watches', async () => {
    const closed = new AbortController();
    const watch = (as: typeof VIEWER) =>
      fetch(`${dashboard.url}/live/stream?workspace=${workspace}`, {
        headers: { authorization: basic(as) },
        signal: closed.signal,
      });
    const statuses: number[] = [];
    for (let n = 0; n < 7; n += 1) statuses.push((await watch(VIEWER)).status);
    expect([statuses, (await watch(OPERATOR)).status]).toEqual([[200, 200, 200, 200, 200, 200, 429], 200]);
    closed.abort();
    await waitFor(async () => {
      const again = new AbortController();
      const answer = await fetch(`${dashboard.url}/live/stream?workspace=${workspace}`, {
        headers: { authorization: basic(VIEWER) },
        signal: again.signal,
      });
      again.abort();
      return answer.status === 200;
    });
  });

  it('does not keep the dashboard from stopping', async () => {
    const own = await runDashboard({ REDIS_URL: inject('redisUrl'), CIO_FLEET_WORKSPACES: workspacesFile(workspace) });
    const response = await own.request(`/live/stream?workspace=${workspace}`, { as: VIEWER });
    const rest = response.text();
    expect(await own.process.stop()).toBe(0);
    expect(await rest).toContain('event: hello');
  });

  it('has no stream for a workspace that is not here', async () => {
    expect((await dashboard.request('/live/stream?workspace=mars', { as: VIEWER })).status).toBe(404);
  });
});

it('hostile text comes out as text on every page', async () => {
  const hostile = `<img src=x onerror=alert(1)>"'</script><script>alert(2)</script>`;
  const id = ulid(99);
  const op = { type: 'person', identifiers: { id: hostile }, action: 'event', name: hostile };
  await redis.hset(`${queuePrefix(workspace)}:${workspace}.dead-letter:${id}-0`, {
    name: hostile,
    data: JSON.stringify({
      v: 1,
      operations: [{ id, at: 1, source: hostile, op }],
      reason: { code: hostile, message: hostile },
    }),
    timestamp: '1',
    failedReason: hostile,
  });
  await redis.zadd(`${queuePrefix(workspace)}:${workspace}.dead-letter:failed`, Date.now(), `${id}-0`);
  await appendOutcomes(redis, workspace, [
    {
      time: 1,
      outcome: hostile,
      operationId: hostile,
      action: hostile,
      person: hostile,
      source: hostile,
      reason: hostile,
    },
  ]);
  await redis.xadd(workspaceKeys(workspace).audit, '*', 'user', hostile, 'action', hostile, 'detail', hostile);
  await redis.lpush(workspaceKeys(workspace).deploys, `${Date.now()} ${hostile}`);
  const asked = encodeURIComponent(hostile);
  for (const path of [
    `/person?q=${asked}&`,
    '/errors?',
    `/redrive?person=${asked}&name=${asked}&`,
    '/workers?',
    `/live?text=${asked}&source=${asked}&`,
    `/audit?`,
  ]) {
    const page = await html(`${path}workspace=${workspace}`, OPERATOR);
    expect(page, path).toContain('&lt;img src=x');
    expect(page, path).not.toContain('<img');
    expect(page.match(/<script/g)?.length ?? 0, path).toBeLessThanOrEqual(2);
  }
});
