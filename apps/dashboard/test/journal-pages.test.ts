import { newUlid } from '@cio-fleet/contracts';
import { uniqueWorkspace } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type RunningDashboard, runDashboard, VIEWER } from './support/dashboard.ts';
import { journalFolder, seedJournal } from './support/seed-journal.ts';
import { workspacesFile } from './support/workspaces-file.ts';

const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
const workspace = uniqueWorkspace('journal-pages');
const other = uniqueWorkspace('journal-pages-other');
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
    {
      ...{ time: now - 9_000, operationId: newUlid(), outcome: 'session' as const, action: 'session' },
      ...{ sessionId: 's-9', terminalId: 'pos-7', userId: '42', source: 'shop' },
    },
    ...['half', hostile].map((value, index) => ({
      ...{ time: now - 8_000 + index, operationId: newUlid(), outcome: 'note' as const, action: 'note' },
      ...{ terminalId: 'pos-7', component: 'checkout', key: 'basket', value, source: 'shop' },
    })),
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
  const failure = { action: 'track', outcome: 'dead-lettered' as const, status: 400, reason: 'no' };
  const codes = Array.from(
    { length: 200 },
    (_, n) => `CODE_${String.fromCharCode(65 + (n % 20), 65 + Math.floor(n / 20))}`,
  );
  await seedJournal(redis, { folder, workspace: other }, [
    ...[...codes, ...codes].map((errorCode) => ({ ...failure, time: now - 1_000, operationId: newUlid(), errorCode })),
    { ...failure, time: now - 2_000, operationId: newUlid(), errorCode: 'RARE', person: 'id:rare' },
  ]);
  dashboard = await runDashboard({
    REDIS_URL: inject('redisUrl'),
    CIO_FLEET_WORKSPACES: workspacesFile(workspace, other),
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
  expect(sources[1]?.outcomes).toEqual({
    delivered: 1,
    failed: 1,
    'dead-lettered': 1,
    webhook: 1,
    note: 2,
    session: 1,
  });
  const page = await html('/sources');
  expect(page).toContain('50.00 %');
  expect(page).not.toContain('<script>');
  const text = await dashboard.request('/sources?format=text', { as: VIEWER });
  expect(text.headers.get('content-type')).toContain('text/plain');
  expect(await text.text()).toContain('shop: 2 settled, 1 delivered (50.00 %), 1 dead-lettered, 1 failed attempts');
});

it('draws the last hour and the last day of each workspace', async () => {
  const page = await html('/');
  for (const title of ['Delivered', 'Trouble', 'Accepted to delivered']) {
    expect(page.split(`aria-label="${title}, at most`)).toHaveLength(1 + 2 * 2);
  }
});

it.each([
  ['pos-7', 'terminal', ['note', 'note', 'session']],
  ['checkout', 'component', ['note', 'note']],
  ['42', 'user', ['session']],
  ['s-9', 'session', ['note', 'note', 'session']],
])('finds notes by %s, a %s, newest first', async (q, foundBy, outcomes) => {
  interface NotesData {
    readonly foundBy: string;
    readonly notes: readonly { readonly outcome: string; readonly isCurrent: boolean }[];
  }
  for (const by of ['', `&by=${foundBy}`]) {
    const data = await json<NotesData>(`/notes?q=${q}${by}`);
    expect(data.foundBy).toBe(foundBy);
    expect(data.notes.map(({ outcome }) => outcome)).toEqual(outcomes);
    expect(data.notes.filter(({ isCurrent }) => isCurrent)).toHaveLength(outcomes.includes('note') ? 1 : 0);
  }
});

it('shows a group of errors that is none of the largest, and says that the list is cut', async () => {
  interface Errors {
    readonly groups: readonly { readonly fingerprint: string }[];
    readonly sawAllGroups: boolean;
  }
  const at = `workspace=${other}`;
  const { groups, sawAllGroups } = await json<Errors>(`/errors?${at}`);
  expect([groups.length, sawAllGroups]).toEqual([200, false]);
  expect(await html(`/errors?${at}`)).toContain('the largest 200 are shown');
  const person = await json<{ operations: readonly { latest: { fingerprint: string } }[] }>(`/person?${at}&q=rare`);
  const fingerprint = person.operations[0]?.latest.fingerprint ?? '';
  expect(groups.map((group) => group.fingerprint)).not.toContain(fingerprint);
  const { group } = await json<{ group: { count: number; errorCode: string } }>(`/errors?${at}&group=${fingerprint}`);
  expect(group).toMatchObject({ count: 1, errorCode: 'RARE' });
});

it('shows notes with links to whose they are, and a value as text', async () => {
  const page = await html('/notes?q=pos-7');
  expect(page).toContain('current');
  expect(page).toContain('&lt;script&gt;');
  expect(page).not.toContain(hostile);
  expect(page).toContain('&amp;q=checkout&amp;by=component');
  expect(page).toContain('&amp;q=s-9&amp;by=session');
  expect(await html('/notes?q=nothing&by=user')).toContain('Nothing within 15 days');
});

it('shows what Redis knows while the database of the journal is away', async () => {
  const alone = await runDashboard({
    REDIS_URL: inject('redisUrl'),
    CIO_FLEET_WORKSPACES: workspacesFile(workspace),
    DATABASE_URL: 'postgres://127.0.0.1:1/journal',
  });
  for (const path of ['/', '/person?q=ada', '/notes?q=42', '/errors', '/sources']) {
    const response = await alone.request(path, { as: VIEWER });
    expect([response.status, await response.text()], path).toEqual([
      200,
      expect.stringContaining('The journal does not answer'),
    ]);
  }
  expect(await alone.process.stop()).toBe(0);
});
