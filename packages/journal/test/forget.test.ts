import { newUlid, type Operation } from '@cio-fleet/contracts';
import { type EmbeddedPostgres, startPostgres, waitFor } from '@cio-fleet/testkit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createJournalReader, forgetPerson, rowOfOperation } from '../src/index.ts';
import { DAY_MS } from '../src/store/days.ts';
import { createErasures } from '../src/writer/erasures.ts';
import { type Driver, makeStored, postgresDriver, sqliteDriver } from './parts.ts';

let postgres: EmbeddedPostgres;
beforeAll(async () => {
  postgres = await startPostgres({ config: { fsync: 'off' } });
});
afterAll(() => postgres?.stop());

const WS = 'default';
const ALWAYS = { from: 0, to: 10_000_000_000_000 };
const row = (facts: Parameters<typeof makeStored>[1] = {}) => makeStored(WS, facts);
const now = () => ({ time: Date.now(), workspace: WS });

describe.each<Driver>([postgresDriver(() => postgres), sqliteDriver])('the journal in $name', ({ makePlace }) => {
  async function setUp() {
    const place = await makePlace();
    const [store, another] = [place.store(), place.store()];
    await store.start();
    const source = place.source();
    onTestFinished(async () => {
      await source.close();
      await Promise.all([store.stop(), another.stop()]);
    });
    const reader = createJournalReader({ source, workspace: WS });
    const select = async (text: string) => (await source.select(text, [])).flat();
    const all = async () =>
      (await select('SELECT COUNT(*) AS n FROM journal')).reduce((sum, { n }) => sum + Number(n), 0);
    const ties = async () =>
      (await select('SELECT person, alias FROM journal_identities')).map(({ person, alias }) => `${person} ${alias}`);
    return { store, another, reader, all, ties };
  }

  it('forgets the payloads of a person, or all of their rows, and leaves a proof', async () => {
    const { store, reader, all } = await setUp();
    const payload = { secret: 'whisper' };
    const later = Date.now() + 60_000;
    await store.write([
      row({ sessionId: 's1', payload, time: Date.now() - DAY_MS, acceptedAt: Date.now() - DAY_MS }),
      row({ person: 'id:42', sessionId: 's1', payload }),
      row({ person: 'id:42', payload, acceptedAt: later }),
      row({ person: 'id:43', payload }),
    ]);
    const request = { workspace: WS, persons: ['id:42'], acceptedUntilMs: Date.now(), nowMs: Date.now() };
    expect(await store.forget({ ...request, what: 'payloads' })).toEqual({ rows: 2 });
    const payloadsOf = async (person: string) =>
      (await reader.timeline({ subject: { person }, window: ALWAYS })).rows.flatMap((each) => each.payload ?? []);
    expect(await payloadsOf('42')).toHaveLength(1);
    expect(await payloadsOf('43')).toHaveLength(1);
    expect(await store.forget({ ...request, acceptedUntilMs: later, what: 'rows' })).toEqual({ rows: 3 });
    expect((await reader.timeline({ subject: { person: '42' }, window: ALWAYS })).rows).toEqual([]);
    expect(await all()).toBe(1);
    expect((await reader.forgotten('42')).map(({ what, rows }) => [what, rows]).toSorted()).toEqual([
      ['payloads', 2],
      ['rows', 3],
    ]);
    expect(await reader.forgotten('43')).toEqual([]);
  });

  it('forgets a person under every identity that is tied to them, hashed or not, as somebody types it', async () => {
    const { store, reader, all } = await setUp();
    const privacy = { hashKey: 'k' };
    const hashed = (facts: Parameters<typeof makeStored>[1]) => makeStored(WS, facts, { person: privacy });
    await store.write([
      row({ person: 'id:42', aliases: ['email:ada@example.com'] }),
      row({ person: 'email:ada@example.com' }),
      hashed({ person: 'id:42', sessionId: 's1' }),
      hashed({ sessionId: 's1' }),
      row({ person: 'id:43' }),
    ]);
    const request = { store, workspace: WS, person: '42', nowMs: Date.now() + 1_000 };
    expect(await forgetPerson(request)).toEqual({ rows: 2 });
    expect(await forgetPerson({ ...request, privacy })).toEqual({ rows: 2 });
    expect(await all()).toBe(1);
    expect(await reader.forgotten('42')).toHaveLength(1);
  });

  it('forgets by an e-mail address what is under the id that it is tied to, and by an id what is in sessions of the address', async () => {
    const { store, reader, all, ties } = await setUp();
    const forgets = async (person: string) => {
      await store.write([
        row({ person: 'id:42', aliases: ['email:ada@example.com', 'phone:+1'], sessionId: 's1' }),
        row({ person: 'email:ada@example.com', sessionId: 's2' }),
        row({ person: 'phone:+1' }),
        row({ sessionId: 's1' }),
        row({ sessionId: 's2' }),
        row({ person: 'id:41', aliases: ['email:old@example.com'] }),
        row({ person: 'id:42', aliases: ['id:41'] }),
        row({ person: 'id:43', sessionId: 's1' }),
      ]);
      const { rows } = await forgetPerson({ store, workspace: WS, person, nowMs: Date.now() + 1_000 });
      return rows;
    };
    expect(await forgets('ada@example.com')).toBe(7);
    expect(await ties()).toEqual(['id:43 session:s1']);
    expect(await forgets('42')).toBe(7);
    expect(await forgets('old@example.com')).toBe(7);
    expect(await all()).toBe(3);
    expect((await reader.timeline({ subject: { person: '43' }, window: ALWAYS })).rows).toHaveLength(3);
  });

  it('finds and forgets from an address in two families’ hands their own rows only, and from one of many nobody’s', async () => {
    const { store, reader } = await setUp();
    const shop = (person: string) => row({ person, aliases: ['email:shop@example.com'], sessionId: `s-${person}` });
    await store.write([
      ...['id:42', 'id:7'].map((person) => row({ person, aliases: ['email:two@example.com'], sessionId: person })),
      ...['id:42', 'id:7'].map((sessionId) => row({ sessionId })),
      row({ person: 'email:two@example.com' }),
      ...Array.from({ length: 30 }, (_, n) => shop(`id:shop-${n}`)),
    ]);
    const of = async (person: string) =>
      (await reader.timeline({ subject: { person }, window: ALWAYS })).rows.map(
        (each) => each.person ?? each.sessionId,
      );
    expect((await of('42')).toSorted()).toEqual(['email:two@example.com', 'id:42', 'id:42']);
    expect(await reader.identities('shop@example.com')).toEqual({
      ...{ persons: ['email:shop@example.com', 'id:shop@example.com'], sessions: [], anonymous: [], users: [] },
    });
    const forgets = (person: string) => forgetPerson({ store, workspace: WS, person, nowMs: Date.now() + 1_000 });
    expect(await forgets('42')).toEqual({ rows: 3 });
    expect(await of('7')).toEqual(['id:7', 'id:7']);
    expect(await forgets('shop@example.com')).toEqual({ rows: 0 });
  });

  it('finds a person under all that an erasure forgets, however long the way, and on days that repeat a tie', async () => {
    const { store, reader } = await setUp();
    const sessions = Array.from({ length: 250 }, (_, n) => row({ person: 'id:41', sessionId: `s-${n}` }));
    const phone = Array.from({ length: 12 }, (_, days) => ({
      time: Date.now(),
      acceptedAt: Date.now() - days * DAY_MS,
    }));
    await store.write([
      ...phone.map((at) => row({ ...at, person: 'id:41', aliases: ['phone:+1'] })),
      ...sessions,
      row({ person: 'id:42', aliases: ['id:41', 'email:ada@example.com'] }),
    ]);
    const { persons, sessions: found } = await reader.identities('+1');
    expect(new Set(persons)).toEqual(new Set(['phone:+1', 'id:+1', 'id:41', 'id:42', 'email:ada@example.com']));
    expect(found).toHaveLength(250);
    const { rows } = await reader.timeline({ subject: { person: '+1' }, window: ALWAYS, limit: 500 });
    expect(new Set(rows.map(({ person }) => person))).toEqual(new Set(['id:41', 'id:42']));
  });

  it('shows what somebody did anonymously on their page once an identify tells who it was, and forgets it with them', async () => {
    const { store, reader } = await setUp();
    const stored = (op: Operation) =>
      makeStored(WS, rowOfOperation({ id: newUlid(), at: Date.now(), op }, { ...now(), outcome: 'delivered' }));
    const anonymous = { type: 'person', action: 'event', identifiers: { anonymous_id: 'a1' }, name: 'Looked' } as const;
    await store.write([stored({ ...anonymous, attributes: { secret: 'whisper' } })]);
    const identify = { type: 'person', action: 'identify', identifiers: { id: '42' } } as const;
    await store.write([stored({ ...identify, attributes: { anonymous_id: 'a1' } })]);
    const page = async () => (await reader.timeline({ subject: { person: '42' }, window: ALWAYS })).rows;
    expect((await page()).map(({ action }) => action).toSorted()).toEqual(['identify', 'trackAnonymous']);
    const deleted = stored({ type: 'person', action: 'delete', identifiers: { id: '42' } });
    await store.write([deleted]);
    await createErasures(store).follow([{ ...deleted, acceptedAt: Date.now() }]);
    expect((await page()).flatMap(({ payload }) => payload ?? [])).toEqual([]);
  });

  it('looks for late rows of somebody who was erased after twice as long each time, and for the last time after an hour', async () => {
    const { store } = await setUp();
    const forget = vi.fn(store.forget);
    const erasures = createErasures({ ...store, forget });
    const nowMs = Date.now();
    await erasures.follow([row({ person: 'id:42', action: 'delete' })], nowMs);
    const minutes: number[] = [];
    for (let minute = 1; minute < 100; minute += 1) {
      forget.mockClear();
      await erasures.repeat(nowMs + minute * 60_000);
      if (forget.mock.calls.length > 0) minutes.push(minute);
    }
    expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 60]);
  });

  it('forgets a form by every identifier that was filled in', async () => {
    const { store, all } = await setUp();
    const data = { email: 'ada@example.com', phone: '+1' };
    const op: Operation = { type: 'form', action: 'submit', identifiers: { form_id: 'f' }, data };
    await store.write([
      makeStored(WS, rowOfOperation({ id: newUlid(), at: Date.now(), op }, { ...now(), outcome: 'delivered' })),
    ]);
    expect(await forgetPerson({ store, workspace: WS, person: '+1', nowMs: Date.now() })).toEqual({ rows: 1 });
    expect(await all()).toBe(0);
  });

  it('finds and forgets objects and anonymous ids by their keys', async () => {
    const { store, reader, all, ties } = await setUp();
    await store.write([
      row({ person: 'object:1:acme', action: 'identifyObject' }),
      row({ person: 'anonymous_id:a1' }),
      row({ person: 'id:42', anonymousId: 'a1' }),
      row({ person: 'anonymous_id:a2' }),
    ]);
    const countOf = async (person: string) =>
      (await reader.timeline({ subject: { person }, window: ALWAYS })).rows.length;
    expect([await countOf('object:1:acme'), await countOf('anonymous_id:a1')]).toEqual([1, 2]);
    expect(await reader.identities('anonymous_id:a1')).toMatchObject({ persons: [], anonymous: ['a1'] });
    const request = { store, workspace: WS, nowMs: Date.now() + 1_000 };
    expect(await forgetPerson({ ...request, person: 'object:1:acme' })).toEqual({ rows: 1 });
    expect(await forgetPerson({ ...request, person: 'anonymous_id:a1' })).toEqual({ rows: 1 });
    expect(await reader.forgotten('anonymous_id:a1')).toHaveLength(1);
    expect([await all(), await ties()]).toEqual([2, []]);
  });

  it('ties somebody anew who comes back after another process forgot them', async () => {
    const { store, another, ties } = await setUp();
    await store.maintain({ nowMs: Date.now(), retentionDays: 15 });
    await store.write([row({ person: 'id:42', sessionId: 's1' })]);
    expect(await forgetPerson({ store: another, workspace: WS, person: '42', nowMs: Date.now() })).toEqual({ rows: 1 });
    await another.stop();
    expect(await ties()).toEqual([]);
    // PostgreSQL counts deletions a moment later.
    const isTied = async () => {
      await store.maintain({ nowMs: Date.now(), retentionDays: 15 });
      await store.write([row({ person: 'id:42', sessionId: 's1' })]);
      return (await ties()).length === 1;
    };
    await waitFor(isTied, { timeoutMs: 30_000 });
  });
});
