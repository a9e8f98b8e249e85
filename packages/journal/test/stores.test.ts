import { newUlid } from '@cio-fleet/contracts';
import { type EmbeddedPostgres, startPostgres } from '@cio-fleet/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createJournalReader, type JournalReader, type JournalStore } from '../src/index.ts';
import type { StoredRow } from '../src/row.ts';
import { DAY_MS, dayOf } from '../src/store/days.ts';
import { type Driver, makeStored, postgresDriver, sqliteDriver } from './parts.ts';

let postgres: EmbeddedPostgres;
beforeAll(async () => {
  postgres = await startPostgres({ config: { fsync: 'off' } });
});
afterAll(() => postgres?.stop());

const WS = 'default';
const row = (facts: Parameters<typeof makeStored>[1] = {}) => makeStored(WS, facts);
const rowsOf = (count: number, facts: Parameters<typeof makeStored>[1] = {}) =>
  Array.from({ length: count }, () => row(facts));
const ALWAYS = { from: 0, to: 10_000_000_000_000 };

describe.each<Driver>([postgresDriver(() => postgres), sqliteDriver])('the journal in $name', ({ name, makePlace }) => {
  async function setUp(): Promise<{
    store: JournalStore;
    reader: JournalReader;
    all(): Promise<number>;
    ties(): Promise<readonly string[]>;
  }> {
    const place = await makePlace();
    const store = place.store();
    await store.start();
    const source = place.source();
    onTestFinished(async () => {
      await source.close();
      await store.stop();
    });
    const reader = createJournalReader({ source, workspace: WS });
    const all = async () => {
      const parts = await source.select('SELECT COUNT(*) AS n FROM journal', []);
      return parts.flat().reduce((sum, { n }) => sum + Number(n), 0);
    };
    const ties = async () => {
      const parts = await source.select('SELECT person, alias FROM journal_identities', []);
      return parts.flat().map(({ person, alias }) => `${person} ${alias}`);
    };
    return { store, reader, all, ties };
  }

  it('gives back what it was given', async () => {
    const { store, reader } = await setUp();
    const facts = {
      operationId: newUlid(),
      person: 'id:42',
      sessionId: 's',
      traceId: 't',
      anonymousId: 'a',
      source: 'shop\tback\\slash\nline',
      name: 'Order "Completed" \\N',
      attempts: 2,
      status: 200,
      errorCode: 'REJECTED',
      reason: "it's",
      worker: 'w1',
      lane: 3,
      queuedMs: 17,
      payload: { text: 'ü\u2028"\\', deep: [1, { a: null }] },
    } as const;
    const stored = row(facts);
    expect(await store.write([stored])).toEqual({ inserted: 1, repeated: 0, rejected: 0 });
    const { rows } = await reader.timeline({ subject: { operationId: facts.operationId } });
    const { aliases: _, ...expected } = stored;
    expect(rows).toEqual([{ ...expected, operationId: facts.operationId }]);
  });

  it('keeps a row once, however often it comes, and counts it once', async () => {
    const { store, reader, all } = await setUp();
    const rows = [...rowsOf(20), ...rowsOf(10, { outcome: 'failed', errorCode: 'TIMEOUT', person: 'id:1' })];
    expect(await store.write(rows)).toEqual({ inserted: 30, repeated: 0, rejected: 0 });
    expect(await store.write([...rows, ...rowsOf(5)])).toEqual({ inserted: 5, repeated: 30, rejected: 0 });
    const [first] = rows;
    expect(await store.write([first as StoredRow, first as StoredRow])).toMatchObject({ inserted: 0, repeated: 2 });
    expect(await all()).toBe(35);
    const rollups = await reader.rollups({ window: ALWAYS, by: ['outcome'] });
    const countOf = (outcome: string) =>
      rollups.filter((each) => each.outcome === outcome).reduce((sum, { count }) => sum + count, 0);
    expect([countOf('delivered'), countOf('failed')]).toEqual([25, 10]);
    expect(await reader.failures()).toMatchObject([{ count: 10, errorCode: 'TIMEOUT', persons: 1 }]);
  });

  it('keeps a repeat after midnight out, because its day is that of its acceptance', async () => {
    const { store, all } = await setUp();
    const first = row({ time: Date.now() - DAY_MS, acceptedAt: Date.now() - DAY_MS });
    await store.write([first]);
    expect(await store.write([{ ...first, time: Date.now(), worker: 'another' }])).toMatchObject({ repeated: 1 });
    expect(await all()).toBe(1);
  });

  it('counts exactly under repeated and overlapping packs in any order, from two writers at once', async () => {
    const place = await makePlace();
    const [one, two] = [place.store(), place.store()] as const;
    await Promise.all([one.start(), two.start()]);
    const source = place.source();
    onTestFinished(async () => {
      await Promise.all([one.stop(), two.stop(), source.close()]);
    });
    const rows = Array.from({ length: 400 }, (_, n) =>
      row({
        person: `id:${n % 7}`,
        source: `s${n % 3}`,
        outcome: n % 5 ? 'delivered' : 'failed',
        sessionId: `x${n % 11}`,
      }),
    );
    const [packs] = fc.sample(fc.array(fc.shuffledSubarray(rows, { minLength: 1 }), { minLength: 6, maxLength: 6 }), 1);
    const writes = [...(packs ?? []), rows].map((pack, n) => (n % 2 ? one : two).write(pack));
    const reports = await Promise.all(writes);
    expect(reports.reduce((sum, { inserted }) => sum + inserted, 0)).toBe(rows.length);
    const rollups = await createJournalReader({ source, workspace: WS }).rollups({ window: ALWAYS });
    expect(rollups.reduce((sum, { count }) => sum + count, 0)).toBe(rows.length);
  });

  it('stores what poisons others, cleaned by the sink', async () => {
    const { store, all } = await setUp();
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const poison = ['\0', '\uD800', deep, '{"a":"\\u0000"}', '1e400000', 'x'.repeat(100_000)];
    const rows = poison.flatMap((payload) => [row({ payload }), row({ payload: { [payload]: payload } })]);
    expect(await store.write([...rows, ...rowsOf(10)])).toEqual({ inserted: 22, repeated: 0, rejected: 0 });
    expect(await all()).toBe(22);
  });

  it.runIf(name === 'PostgreSQL')('sets a row aside that the database refuses, and keeps its neighbours', async () => {
    const { store, reader, all } = await setUp();
    // Nothing of ours makes such rows: they went past the sink.
    const bad = [
      { ...row(), reason: 'NUL \0 byte' },
      { ...row(), payload: '{no json' },
      { ...row(), payload: '{"a":'.repeat(20_000) + '1'.padEnd(20_001, '}') },
      { ...row(), attempts: 1e12 },
    ];
    const rows = [...rowsOf(500), ...bad, ...rowsOf(500)];
    expect(await store.write(rows)).toEqual({ inserted: 1_000, repeated: 0, rejected: 4 });
    expect(await all()).toBe(1_000);
    const rollups = await reader.rollups({ window: ALWAYS });
    expect(rollups.reduce((sum, { count }) => sum + count, 0)).toBe(1_000);
  });

  it('drops the days that are over, in a moment, and nothing else', async () => {
    const { store, reader, all } = await setUp();
    const now = Date.now();
    const days = [0, 1, 3, 10, 14].map((ago) => now - ago * DAY_MS);
    for (const time of days) await store.write(rowsOf(3, { time, acceptedAt: time, person: 'id:old' }));
    expect(await all()).toBe(15);
    expect(await store.maintain({ nowMs: now, retentionDays: 15 })).toEqual({ dropped: [] });
    const archived: string[] = [];
    const archive = async (day: string) => void archived.push(day);
    await store.maintain({ nowMs: now, retentionDays: 2, archive });
    const { rows } = await reader.timeline({ subject: { person: 'old' }, window: ALWAYS });
    expect(new Set(rows.map(({ time }) => time))).toEqual(new Set([days[0], days[1]]));
    expect(archived).toContain(dayOf(days[2] ?? 0));
    // Days that were made ahead are there, and rows of tomorrow find their place.
    await store.write(rowsOf(2, { time: now + DAY_MS, acceptedAt: now + DAY_MS }));
    expect(await all()).toBe(8);
  });

  it('makes the days of rows that came before them, while rows come in, and loses none', async () => {
    const { store, reader, all } = await setUp();
    const soon = Date.now() + 5 * DAY_MS;
    // Two days beyond those made ahead: they are nowhere of their own yet.
    const early = Array.from({ length: 200 }, (_, n) => row({ time: soon, acceptedAt: soon + (n % 2) * DAY_MS }));
    await store.write(early);
    const packs = Array.from({ length: 20 }, (_, n) =>
      Array.from({ length: 20 }, () => row({ acceptedAt: soon + (n % 3) * DAY_MS })),
    );
    const writes = packs.map((pack) => store.write(pack));
    await store.maintain({ nowMs: soon, retentionDays: 15 });
    await Promise.all(writes);
    // Redelivered after midnight.
    expect(await store.write([...early, ...packs.flat()])).toEqual({ inserted: 0, repeated: 600, rejected: 0 });
    expect(await all()).toBe(600);
    const sums = await reader.rollups({ window: ALWAYS });
    expect(sums.reduce((sum, { count }) => sum + count, 0)).toBe(600);
  });

  it('keeps a late outcome of an operation whose day is gone', async () => {
    const { store, reader } = await setUp();
    const now = Date.now();
    const late = row({ acceptedAt: now - 30 * DAY_MS, outcome: 'redriven', person: 'id:late' });
    await store.write([late, row({ acceptedAt: 0, person: 'id:late' }), row({ acceptedAt: 9e12, person: 'id:late' })]);
    await store.maintain({ nowMs: now, retentionDays: 15 });
    expect((await reader.timeline({ subject: { person: 'late' } })).rows).toHaveLength(3);
  });

  it('pages through the rows of a person, newest first, without gap or repeat', async () => {
    const { store, reader } = await setUp();
    const now = Date.now();
    // Many share a millisecond.
    await store.write(Array.from({ length: 230 }, (_, n) => row({ person: 'id:7', time: now - Math.floor(n / 20) })));
    await store.write(rowsOf(50, { person: 'id:8' }));
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await reader.timeline({ subject: { person: '7' }, limit: 37, ...(after ? { after } : {}) });
      seen.push(...page.rows.map(({ operationId }) => operationId));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toHaveLength(230);
    expect(new Set(seen).size).toBe(230);
    const { rows } = await reader.timeline({ subject: { person: 'id:7' }, limit: 10_000 });
    expect(rows.map(({ operationId }) => operationId)).toEqual(seen);
    expect(rows.every((each, index) => index === 0 || each.time <= (rows[index - 1]?.time ?? 0))).toBe(true);
  });

  it('finds what a session or an anonymous id did under the person that a later operation ties them to', async () => {
    const { store, reader } = await setUp();
    const visit = [row({ sessionId: 's1', name: 'Viewed' }), row({ person: 'anonymous_id:a1', name: 'Clicked' })];
    await store.write([...visit, row({ sessionId: 's1', person: 'id:other', name: 'Not theirs' })]);
    expect((await reader.timeline({ subject: { person: '42' } })).rows).toEqual([]);
    await store.write([
      row({ person: 'id:42', sessionId: 's1', anonymousId: 'a1', aliases: ['email:ada@example.com'], name: 'Tied' }),
      row({ person: 'email:ada@example.com', name: 'By mail' }),
    ]);
    for (const person of ['42', 'id:42', 'Ada@Example.com']) {
      const { rows } = await reader.timeline({ subject: { person } });
      expect(rows.map((each) => each.name).toSorted()).toEqual(['By mail', 'Clicked', 'Tied', 'Viewed']);
    }
  });

  it('finds rows by trace and by session, only of its workspace and only in the window', async () => {
    const { store, reader } = await setUp();
    const now = Date.now();
    await store.write([
      row({ traceId: 't1', sessionId: 's1' }),
      row({ traceId: 't1', time: now - 2 * DAY_MS, acceptedAt: now - 2 * DAY_MS }),
      { ...row({ traceId: 't1' }), workspace: 'other' },
    ]);
    expect((await reader.timeline({ subject: { traceId: 't1' } })).rows).toHaveLength(1);
    expect((await reader.timeline({ subject: { traceId: 't1' }, window: ALWAYS })).rows).toHaveLength(2);
    expect((await reader.timeline({ subject: { sessionId: 's1' } })).rows).toHaveLength(1);
  });

  it('groups failures with count, first, last, samples and about how many persons', async () => {
    const { store, reader } = await setUp();
    const now = Date.now();
    const failures = Array.from({ length: 300 }, (_, n) =>
      row({
        outcome: 'dead-lettered',
        status: 400,
        errorCode: 'REJECTED',
        reason: `person ${n} has no plan`,
        person: `id:${n % 100}`,
        time: now - n,
      }),
    );
    await store.write([...failures, row({ outcome: 'failed', errorCode: 'TIMEOUT' }), ...rowsOf(5)]);
    const [first, second, ...rest] = await reader.failures();
    expect(rest).toEqual([]);
    expect(first).toMatchObject({
      count: 300,
      reason: 'person <n> has no plan',
      status: 400,
      lastAt: now,
      firstAt: now - 299,
    });
    expect(first?.persons).toBeGreaterThan(90);
    expect(first?.persons).toBeLessThan(110);
    expect(second).toMatchObject({ count: 1, errorCode: 'TIMEOUT', status: 0 });
    const samples = await reader.timeline({ subject: { fingerprint: first?.fingerprint ?? '' }, limit: 3 });
    expect(samples.rows.map(({ operationId }) => operationId)).toContain(first?.samples[0]);
  });

  it('reports on each source: outcomes, errors, latency, names and trend', async () => {
    const { store, reader } = await setUp();
    await store.write([
      ...rowsOf(8, { source: 'shop', name: 'Order', queuedMs: 100 }),
      ...rowsOf(2, { source: 'shop', name: 'View', queuedMs: 600 }),
      row({ source: 'shop', outcome: 'dead-lettered', errorCode: 'REJECTED' }),
      row({ source: '__proto__', name: '__proto__' }),
    ]);
    const [shop, odd] = await reader.sources();
    expect(shop).toMatchObject({ source: 'shop', averageQueuedMs: 200, maxQueuedMs: 600 });
    expect(shop?.outcomes).toEqual({ delivered: 10, 'dead-lettered': 1 });
    expect(shop?.errors).toEqual({ REJECTED: 1 });
    expect(shop?.topNames).toEqual([
      { name: 'Order', count: 8 },
      { name: 'View', count: 2 },
    ]);
    expect(shop?.trend.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(10);
    expect(odd).toMatchObject({ source: '__proto__', topNames: [{ name: '__proto__', count: 1 }] });
  });

  it('counts pages without what follows their path: in sums nobody would forget it', async () => {
    const { store, reader } = await setUp();
    await store.write([
      row({ source: 'shop', action: 'page', name: 'https://shop.example/wish?of=ada' }),
      row({ source: 'shop', action: 'page', name: 'https://shop.example/wish#bob' }),
      row({ source: 'shop', name: 'Really?' }),
    ]);
    const [shop] = await reader.sources();
    expect(shop?.topNames).toEqual([
      { name: 'https://shop.example/wish', count: 2 },
      { name: 'Really?', count: 1 },
    ]);
  });

  it('finds notes by session, user, terminal and component, and says which value of a key is current', async () => {
    const { store, reader } = await setUp();
    const at = Date.now() - 10_000;
    const note = (time: number, facts: object) => row({ outcome: 'note', action: 'note', time: at + time, ...facts });
    const session = (time: number, facts: object) =>
      row({ outcome: 'session', action: 'session', time: at + time, ...facts });
    await store.write([
      note(0, { terminalId: 'T', key: 'basket', value: 'before the notice' }),
      session(1, { sessionId: 'S1', terminalId: 'T', userId: 'U' }),
      note(2, { terminalId: 'T', key: 'basket', value: '1', component: 'till' }),
      note(3, { userId: 'U', key: 'mood', value: 'good' }),
      note(4, { sessionId: 'S1', key: 'basket', value: '2', component: 'till' }),
      session(5, { sessionId: 'S2', terminalId: 'T' }),
      note(6, { terminalId: 'T', key: 'basket', value: 'of the next session' }),
    ]);
    const notes = await reader.notes({ subject: { sessionId: 'S1' } });
    expect(notes.map(({ value, isCurrent }) => [value, isCurrent])).toEqual([
      ['2', true],
      ['good', true],
      ['1', false],
      [null, false],
      ['before the notice', true],
    ]);
    const valuesOf = async (subject: Parameters<JournalReader['notes']>[0]['subject']) =>
      (await reader.notes({ subject })).filter(({ outcome }) => outcome === 'note').map(({ value }) => value);
    expect(await valuesOf({ sessionId: 'S2' })).toEqual(['of the next session']);
    expect(await valuesOf({ terminalId: 'T' })).toEqual(['of the next session', '1', 'before the notice']);
    expect(await valuesOf({ userId: 'U' })).toEqual(['good']);
    expect(await valuesOf({ component: 'till' })).toEqual(['2', '1']);
  });

  it('keeps neither ties nor sums of what fits no day for longer than days', async () => {
    const { store, reader, ties, all } = await setUp();
    const time = Date.now() - 30 * DAY_MS;
    await store.write([
      row({ person: 'id:42', aliases: ['email:ada@example.com'], time, acceptedAt: time, name: 'Old' }),
    ]);
    await store.maintain({ nowMs: Date.now(), retentionDays: 15 });
    expect([await all(), await ties(), await reader.rollups({ window: ALWAYS })]).toEqual([0, [], []]);
    expect(await reader.sources({ window: ALWAYS })).toEqual([]);
  });

  it('takes any text in a question as text', async () => {
    const { store, reader, all } = await setUp();
    await store.write(rowsOf(3, { person: 'id:1', sessionId: 's', traceId: 't' }));
    const hostile = ["' OR 1=1 --", '"; DROP TABLE journal; --', '$1', '%', '\\', 'id:%', "id:1' OR '1'='1", '?1'];
    const texts = [...hostile, ...fc.sample(fc.string({ unit: 'grapheme' }), 30)].map((text) =>
      text.replaceAll('\0', ''),
    );
    for (const text of texts) {
      if (['1', 's', 't'].includes(text.trim())) continue;
      expect((await reader.timeline({ subject: { person: text }, after: text })).rows).toEqual([]);
      expect((await reader.timeline({ subject: { sessionId: text } })).rows).toEqual([]);
      expect((await reader.timeline({ subject: { fingerprint: text } })).rows).toEqual([]);
      expect(await reader.notes({ subject: { component: text } })).toEqual([]);
      await reader.rollups({ by: [text as 'source'], stepMs: Number.NaN });
    }
    expect(await all()).toBe(3);
  });

  it('starts twice, also at the same time, and after a stop', async () => {
    const place = await makePlace();
    const stores = [place.store(), place.store(), place.store()];
    await Promise.all(stores.map((store) => store.start()));
    await stores[0]?.start();
    await stores[0]?.write(rowsOf(1));
    await Promise.all(stores.map((store) => store.stop()));
    await stores[0]?.stop();
    const again = place.store();
    await again.start();
    expect(await again.write(rowsOf(1))).toMatchObject({ inserted: 1 });
    await again.stop();
  });
});
