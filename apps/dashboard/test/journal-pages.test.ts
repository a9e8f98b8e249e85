import { newUlid } from '@cio-fleet/contracts';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type RunningDashboard, runDashboard, VIEWER } from './support/dashboard.ts';
import { journalFolder, seedJournal } from './support/seed-journal.ts';
import { workspacesFile } from './support/workspaces-file.ts';

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
const workspace = uniqueWorkspace('journal-pages');
const hostile = '<script>alert(1)</script>';
const [good, bad, webhook] = [newUlid(), newUlid(), newUlid()] as const;
let dashboard: RunningDashboard;

beforeAll(async () => {
  const folder = journalFolder();
  const now = Date.now();
  const ada = { person: 'id:ada', source: 'shop', action: 'track', sessionId: 's-1', traceId: 't-1' };
  const rejected = { status: 400, errorCode: 'REJECTED', reason: 'attribute "x" of order 17 is wrong' };
  await seedJournal(redis, { folder, workspace }, [
    {
      ...ada,
      time: now - 5_000,
      operationId: good,
      outcome: 'failed',
      name: 'bought',
      attempts: 1,
      status: 503,
      errorCode: 'HTTP_503',
      reason: 'no',
    },
    {
      ...ada,
      time: now - 4_000,
      operationId: good,
      outcome: 'delivered',
      name: 'bought',
      attempts: 2,
      status: 200,
      queuedMs: 1_234,
      payload: { total: 5, secret: 'hush' },
    },
    { ...ada, time: now - 3_000, operationId: bad, outcome: 'dead-lettered', name: hostile, ...rejected },
    { ...ada, time: now - 2_000, operationId: webhook, outcome: 'webhook', action: 'email_opened' },
    ...Array.from({ length: 150 }, (_, n) => ({
      ...{
        time: now - 60_000 - n,
        operationId: newUlid(),
        outcome: 'delivered' as const,
        action: 'identify',
        queuedMs: 10,
      },
      ...{ person: 'id:many', source: hostile },
    })),
  ]);
  dashboard = await runDashboard({
    REDIS_URL: inject('redisUrl'),
    CIO_FLEET_WORKSPACES: workspacesFile(workspace),
    JOURNAL_DIR: folder,
  });
});
afterAll(async () => {
  await dashboard.process.stop();
  await redis.quit();
});

const html = async (path: string) => (await dashboard.request(path, { as: VIEWER })).text();
const json = async <T>(path: string): Promise<T> =>
  (await dashboard.request(path, { as: VIEWER, headers: { accept: 'application/json' } })).json() as Promise<T>;

interface PersonData {
  readonly foundBy: string;
  readonly operations: readonly { operationId: string; steps: readonly { outcome: string }[] }[];
  readonly next: string | null;
}

it.each([
  ['ada', 'person', [webhook, bad, good]],
  ['s-1', 'session', [webhook, bad, good]],
  ['t-1', 'trace', [webhook, bad, good]],
  [good, 'operation', [good]],
])('finds the life of operations by %s, as a %s, newest first', async (text, by, ids) => {
  const found = await json<PersonData>(`/person?q=${text}`);
  expect([found.foundBy, found.operations.map(({ operationId }) => operationId)]).toEqual([by, ids]);
});

it('shows each attempt, the payload as far as it is kept, and what came of the message', async () => {
  const page = await html('/person?q=ada');
  for (const text of ['HTTP_503', 'attempt 2', 'after 1 s', '&quot;total&quot;: 5', 'email_opened', 'all like this']) {
    expect(page, text).toContain(text);
  }
  expect(page).not.toContain('hush');
  expect(page).toContain('&lt;script&gt;');
  expect(page).not.toContain('<script>');
});

it('goes through many rows page by page, without a gap or a repeat', async () => {
  const seen: string[] = [];
  let next: string | null = '';
  for (let pages = 0; next !== null && pages < 5; pages += 1) {
    const page: PersonData = await json<PersonData>(`/person?q=many&by=person${next === '' ? '' : `&after=${next}`}`);
    seen.push(...page.operations.map(({ operationId }) => operationId));
    next = page.next;
  }
  expect([seen.length, new Set(seen).size]).toEqual([150, 150]);
});

it('groups failures with their persons and samples, and shows one group', async () => {
  interface Group {
    readonly fingerprint: string;
    readonly errorCode: string;
    readonly count: number;
    readonly samples: readonly string[];
  }
  const { groups } = await json<{ groups: readonly Group[] }>('/errors');
  const group = groups.find(({ errorCode }) => errorCode === 'REJECTED');
  expect(group).toMatchObject({ count: 1, samples: [bad], reason: 'attribute <value> of order <n> is wrong' });
  const page = await html(`/errors?group=${group?.fingerprint}`);
  for (const text of ['id:ada', bad, 'attribute &quot;x&quot; of order 17']) expect(page, text).toContain(text);
});

it('reports each source as a page, as JSON, and as a text of plain lines', async () => {
  const { sources } = await json<{ sources: readonly { source: string; outcomes: object }[] }>('/sources');
  expect(sources.map(({ source }) => source)).toEqual([hostile, 'shop']);
  expect(sources[1]?.outcomes).toEqual({ delivered: 1, failed: 1, 'dead-lettered': 1, webhook: 1 });
  const page = await html('/sources');
  expect(page).toContain('50.00 %');
  expect(page).not.toContain('<script>');
  const text = await dashboard.request('/sources?format=text', { as: VIEWER });
  expect(text.headers.get('content-type')).toContain('text/plain');
  expect(await text.text()).toContain('shop: 2 settled, 1 delivered (50.00 %), 1 dead-lettered, 1 failed attempts');
});

it('draws the last hour and the last day', async () => {
  const page = await html('/');
  for (const title of ['Delivered', 'Trouble', 'Accepted to delivered']) {
    expect(page.split(`aria-label="${title}, at most`)).toHaveLength(3);
  }
});

it('shows what Redis knows while the database of the journal is away', async () => {
  const alone = await runDashboard({
    REDIS_URL: inject('redisUrl'),
    CIO_FLEET_WORKSPACES: workspacesFile(workspace),
    DATABASE_URL: 'postgres://127.0.0.1:1/journal',
  });
  for (const path of ['/', '/person?q=ada', '/errors', '/sources']) {
    const response = await alone.request(path, { as: VIEWER });
    expect([response.status, await response.text()], path).toEqual([
      200,
      expect.stringContaining('The journal does not answer'),
    ]);
  }
  expect(await alone.process.stop()).toBe(0);
});
