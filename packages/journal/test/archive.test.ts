import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newUlid } from '@cio-fleet/contracts';
import { type EmbeddedPostgres, startPostgres } from '@cio-fleet/testkit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  type ArchiveTarget,
  createArchiveReader,
  createDayArchiver,
  createJournalReader,
  createJournalSource,
  createJournalStore,
  createSqliteSource,
  type DayArchiverOptions,
  forgetPerson,
  type JournalPlace,
  readWaitingDays,
} from '../src/index.ts';
import { DAY_MS, dayOf } from '../src/store/days.ts';
import { createErasures } from '../src/writer/erasures.ts';
import { type ArchivePlace, bucketArchive, folderArchive, makeFolder } from './archive-parts.ts';
import { type Driver, makeStored, postgresDriver, quietLogger, sqliteDriver } from './parts.ts';

let postgres: EmbeddedPostgres;
beforeAll(async () => {
  postgres = await startPostgres({ config: { fsync: 'off' } });
});
afterAll(() => postgres?.stop());

const WS = 'default';
const TIMEOUT_MS = 120_000;
const EVER = { from: 0 };
/** Noon of a day that is over. */
const AT = Date.parse(`${dayOf(Date.now() - 5 * DAY_MS)}T12:00:00.000Z`);
const DAY = dayOf(AT);
type Facts = Parameters<typeof makeStored>[1];
const row = (facts: Facts = {}) => makeStored(WS, { time: AT, acceptedAt: AT, ...facts });

interface Case {
  readonly driver: Driver;
  readonly where: string;
  readonly makeArchive: () => ArchivePlace | Promise<ArchivePlace>;
}
const cases: readonly Case[] = [
  { driver: postgresDriver(() => postgres), where: 'a bucket', makeArchive: bucketArchive },
  { driver: sqliteDriver, where: 'a folder', makeArchive: folderArchive },
];

/** A journal that keeps two days, and its archive. */
function open(place: JournalPlace, target: ArchiveTarget, options: Partial<DayArchiverOptions> = {}) {
  const store = createJournalStore(place, quietLogger, 7);
  const source = createJournalSource(place, quietLogger);
  const archiver = createDayArchiver({ place, target, retentionDays: 2, logger: quietLogger, ...options });
  const reader = createArchiveReader({ target, workspace: WS, source });
  const journal = createJournalReader({ source, workspace: WS });
  const close = async () => {
    archiver.stop();
    await reader.close();
    await source.close();
    await store.stop();
  };
  onTestFinished(close);
  const maintain = (archive = archiver.archive) => store.maintain({ nowMs: Date.now(), retentionDays: 2, archive });
  return { store, source, archiver, reader, journal, maintain };
}

/** Every row of a restored day. */
async function readRestored(folder: string) {
  const source = createSqliteSource({ folder, timeoutMs: 30_000 });
  onTestFinished(() => source.close());
  return (await source.select('SELECT * FROM journal ORDER BY operation_id', [])).flat();
}

describe.each(cases)('the archive of $driver.name in $where', { timeout: TIMEOUT_MS }, ({ driver, makeArchive }) => {
  async function setUp(options: Partial<DayArchiverOptions> = {}) {
    const { place } = await driver.makePlace();
    const archive = await makeArchive();
    const parts = open(place, archive.target, options);
    await parts.store.start();
    return { ...parts, place, archive };
  }

  it('has a day before the journal drops it, and tells of persons, operations, sessions and traces of both', async () => {
    const { store, reader, journal, archiver, maintain } = await setUp();
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const rows = [
      row({ person: 'id:1', sessionId: 's-1', traceId, payload: { total: 'twelve "ü" \u2028' }, queuedMs: 7 }),
      row({ sessionId: 's-1', outcome: 'note', action: 'note', key: 'k', value: 'v' }),
      row({ person: 'id:2', outcome: 'failed', errorCode: 'TIMEOUT', reason: "it's", status: 503, attempts: 2 }),
      row({ person: 'email:one@example.com' }),
    ];
    await store.write(rows);
    const today = makeStored(WS, { person: 'id:1', aliases: ['email:one@example.com'] });
    await store.write([today]);
    expect((await maintain()).dropped).toContain(DAY);
    expect(archiver.stats()).toMatchObject({ days: 1, rows: 4, failures: 0 });
    expect(await reader.days()).toMatchObject([{ workspace: WS, day: DAY, rows: 4 }]);

    const of = async (subject: Parameters<typeof reader.timeline>[0]['subject']) =>
      (await reader.timeline({ subject, window: EVER })).rows.map(({ payload, person }) => payload ?? person);
    expect((await journal.timeline({ subject: { person: '1' }, window: EVER })).rows).toHaveLength(1);
    // Today's row ties the address to the person, the archived one the session.
    const found = await of({ person: '1' });
    expect(found[0]).toBe('id:1');
    expect(new Set(found.slice(1))).toEqual(new Set([rows[0]?.payload, null, 'email:one@example.com']));
    expect(await of({ sessionId: 's-1' })).toHaveLength(2);
    expect(await of({ traceId })).toEqual([rows[0]?.payload]);
    expect(await of({ person: 'nobody' })).toEqual([]);
    const { operationId } = rows[2] as (typeof rows)[number];
    const [entry] = (await reader.timeline({ subject: { operationId }, window: EVER })).rows;
    const { aliases: _, operationId: __, ...expected } = rows[2] as (typeof rows)[number];
    expect(entry).toMatchObject(expected);
    expect((await reader.timeline({ subject: { operationId }, window: { from: AT + 1 } })).rows).toEqual([]);
  });

  it('pages through rows of the journal and of archived days in one order', async () => {
    const { store, reader, maintain } = await setUp();
    const times = [
      ...Array.from({ length: 7 }, (_, n) => AT + n),
      ...Array.from({ length: 5 }, (_, n) => Date.now() - n),
    ];
    await store.write(times.map((time) => row({ person: 'id:1', time, acceptedAt: time })));
    await maintain();
    const read: number[] = [];
    let after: string | undefined;
    do {
      const query = { subject: { person: 'id:1' }, window: EVER, limit: 4, ...(after === undefined ? {} : { after }) };
      const page = await reader.timeline(query);
      read.push(...page.rows.map(({ time }) => time));
      after = page.next;
    } while (after !== undefined);
    expect(read).toEqual(times.toSorted((a, b) => b - a));
  });

  it('keeps a day that it can not archive, while others go', async () => {
    const { store, journal, archiver, maintain, place, source } = await setUp();
    const other = AT - DAY_MS;
    await store.write([row({ person: 'id:1' }), row({ person: 'id:1', time: other, acceptedAt: other })]);
    const failing = (day: string) => (day === DAY ? Promise.reject(new Error('no space')) : archiver.archive(day));
    const { dropped } = await maintain(failing);
    expect(dropped).toContain(dayOf(other));
    expect(await readWaitingDays({ place, source, nowMs: Date.now(), retentionDays: 2 })).toContain(DAY);
    expect(await readWaitingDays({ place, source, nowMs: Date.now(), retentionDays: 7 })).toEqual([]);
    expect(dropped).not.toContain(DAY);
    expect((await journal.timeline({ subject: { person: '1' }, window: EVER })).rows).toHaveLength(1);
  });

  it('leaves a day where it is when it is stopped meanwhile, and whoever comes next archives it', async () => {
    const { store, archiver, maintain, place, archive, reader } = await setUp();
    await store.write([row({ person: 'id:1' })]);
    const stopping = (day: string) => {
      const archived = archiver.archive(day);
      if (day === DAY) archiver.stop();
      return archived;
    };
    expect((await maintain(stopping)).dropped).not.toContain(DAY);
    expect(await reader.days()).toEqual([]);
    expect((await open(place, archive.target).maintain()).dropped).toContain(DAY);
    expect(await reader.days()).toMatchObject([{ day: DAY, rows: 1 }]);
  });

  it('archives a day anew when it stopped before every workspace had its manifest', async () => {
    const { store, source, archiver, maintain, archive, reader } = await setUp();
    const other = createArchiveReader({ target: archive.target, workspace: 'other', source });
    onTestFinished(() => other.close());
    await store.write([row({ person: 'id:1' }), makeStored('other', { time: AT, acceptedAt: AT, person: 'id:9' })]);
    const interrupted = async (day: string) => {
      await archiver.archive(day);
      if (day !== DAY) return;
      const manifests = readdirSync(archive.folder, { recursive: true })
        .map(String)
        .filter((name) => name.includes(`workspace=other/day=${DAY}/manifest.json`));
      expect(manifests).not.toEqual([]);
      for (const name of manifests) rmSync(join(archive.folder, name), { recursive: true });
      throw new Error('the bucket is away');
    };
    expect((await maintain(interrupted)).dropped).not.toContain(DAY);
    expect(await other.days()).toEqual([]);
    expect((await maintain()).dropped).toContain(DAY);
    expect(await other.days()).toMatchObject([{ day: DAY, rows: 1 }]);
    expect(await reader.days()).toMatchObject([{ day: DAY, rows: 1 }]);
  });

  it('adds to an archived day what comes for it later, and loses nothing of it', async () => {
    const { store, place, archive, maintain, reader } = await setUp();
    await store.write([row({ person: 'id:1' }), row({ person: 'id:2' })]);
    await maintain();
    await store.stop();
    const again = open(place, archive.target);
    await again.store.start();
    await again.store.write([row({ person: 'id:3' }), row({ person: 'id:4' })]);
    expect((await again.maintain()).dropped).toContain(DAY);
    expect(await reader.days()).toMatchObject([{ day: DAY, rows: 4 }]);
    for (const person of ['1', '2', '3', '4']) {
      expect((await reader.timeline({ subject: { person }, window: EVER })).rows).toHaveLength(1);
    }
  });

  it('brings a day back as a journal of its own, with sums and ties', async () => {
    const { store, reader, maintain } = await setUp();
    const rows = [
      row({ person: 'id:1', aliases: ['email:one@example.com'], payload: { deep: [1, { a: 'x'.repeat(3_000) }] } }),
      row({ person: 'email:one@example.com', outcome: 'failed', errorCode: 'TIMEOUT' }),
      makeStored('other', { time: AT, acceptedAt: AT, person: 'id:9' }),
    ];
    await store.write(rows);
    await maintain();
    const folder = join(makeFolder(), 'restored');
    expect(await reader.restore(DAY, folder)).toEqual({ rows: 3, workspaces: [WS, 'other'] });
    expect(await reader.restore(DAY, folder)).toMatchObject({ rows: 3 });
    const source = createSqliteSource({ folder, timeoutMs: 30_000 });
    onTestFinished(() => source.close());
    const restored = createJournalReader({ source, workspace: WS });
    const page = await restored.timeline({ subject: { person: '1' }, window: EVER });
    expect(new Set(page.rows.map(({ payload }) => payload))).toEqual(new Set([rows[0]?.payload, null]));
    expect(await restored.failures({ window: { from: AT - 1, to: AT + 1 } })).toMatchObject([{ count: 1 }]);
    await expect(reader.restore('2020-01-01', folder)).rejects.toMatchObject({ code: 'ARCHIVE_NOT_FOUND' });
  });

  it('forgets payloads of who was deleted, and whole rows when asked, with proof, and leaves others alone', async () => {
    const { store, reader, journal, archiver, maintain, archive } = await setUp();
    const secret = { payload: { secret: 'their-secret' } };
    await store.write([
      row({ person: 'id:1', sessionId: 's-1', ...secret }),
      row({ sessionId: 's-1', outcome: 'note', action: 'note', value: 'their-secret' }),
      row({ sessionId: 's-late', ...secret }),
      row({ person: 'id:2', payload: { kept: 'of-others' } }),
      row({ person: 'id:3', aliases: ['email:three@example.com'], ...secret }),
    ]);
    await maintain();
    // Only a row of today ties that session to the person.
    const deleted = makeStored(WS, { person: 'id:1', sessionId: 's-late', action: 'delete' });
    await store.write([deleted]);
    await createErasures(store, true).follow([deleted]);
    // Only the archive knows whose that address is.
    const whom = { workspace: WS, person: 'three@example.com', nowMs: Date.now(), alsoArchived: true };
    await forgetPerson({ store, ...whom });
    expect(await archiver.erase()).toEqual({ rows: 4, files: 1 });
    expect(await archiver.erase()).toEqual({ rows: 0, files: 0 });

    const folder = makeFolder();
    await reader.restore(DAY, folder);
    const rows = await readRestored(folder);
    expect(rows).toHaveLength(4);
    expect(JSON.stringify(rows)).not.toContain('their-secret');
    expect(rows.map(({ payload }) => payload).filter(Boolean)).toEqual(['{"kept":"of-others"}']);
    expect(rows.map(({ person }) => person)).not.toContain('id:3');
    expect((await journal.forgotten('1')).map((proof) => proof.rows)).toContain(3);
    expect((await journal.forgotten('three@example.com')).map((proof) => proof.rows)).toContain(1);
    // What was replaced is gone.
    const parts = readdirSync(archive.folder, { recursive: true }).filter((name) =>
      /part-[^/]*\.parquet/.test(`${name}`),
    );
    expect(new Set(parts.map((name) => /part-\w+/.exec(`${name}`)?.[0])).size).toBe(1);
  });

  it('forgets nobody who only shares an address with who was deleted, and proves what an anonymous id lost', async () => {
    const { store, reader, journal, archiver, maintain } = await setUp();
    const shared = { aliases: ['email:shop@example.com'] };
    await store.write([
      row({ person: 'id:42', ...shared, sessionId: 's-42' }),
      row({ person: 'id:7', ...shared, sessionId: 's-7' }),
      row({ sessionId: 's-7' }),
      row({ person: 'email:shop@example.com' }),
      row({ anonymousId: 'a1' }),
    ]);
    await maintain();
    // The journal has that tie still, the archive both.
    await store.write([makeStored(WS, { person: 'id:42', ...shared })]);
    const whom = { store, workspace: WS, nowMs: Date.now(), alsoArchived: true };
    await forgetPerson({ ...whom, person: '42' });
    await forgetPerson({ ...whom, person: 'anonymous_id:a1' });
    expect(await archiver.erase()).toEqual({ rows: 3, files: 1 });
    const { rows } = await reader.timeline({ subject: { person: '7' }, window: EVER });
    expect(rows.map(({ sessionId }) => sessionId)).toEqual(['s-7', 's-7']);
    expect((await journal.forgotten('anonymous_id:a1')).map((proof) => proof.rows).toSorted()).toEqual([0, 1]);
  });

  it('is given up when a day has waited too long, and says so', async () => {
    const file = join(makeFolder(), 'no-folder');
    writeFileSync(file, '');
    const target: ArchiveTarget = { kind: 'folder', folder: join(file, 'archive') };
    const { place } = await driver.makePlace();
    let nowMs = Date.now();
    const { store, archiver, maintain } = open(place, target, { graceDays: 5, now: () => nowMs });
    await store.start();
    await store.write([row()]);
    expect((await maintain()).dropped).not.toContain(DAY);
    expect(archiver.stats()).toMatchObject({ abandonedDays: 0 });
    const { failures, waitingDays } = archiver.stats();
    expect([failures, waitingDays]).toEqual([waitingDays, failures]);
    expect(failures).toBeGreaterThan(0);
    // It isn't tried at every round of maintenance.
    expect((await maintain()).dropped).not.toContain(DAY);
    expect(archiver.stats().failures).toBe(failures);
    nowMs += 2 * DAY_MS;
    expect((await maintain()).dropped).toContain(DAY);
    expect(archiver.stats().abandonedDays).toBeGreaterThan(0);
  });
});

it('keeps the ties of a day that waits for its archive, and takes them along', { timeout: TIMEOUT_MS }, async () => {
  const { place } = await postgresDriver(() => postgres).makePlace();
  const { store, journal, reader, maintain } = open(place, folderArchive().target);
  await store.start();
  await store.write([row({ person: 'id:1', sessionId: 's-1' }), row({ sessionId: 's-1' })]);
  expect((await maintain(() => Promise.reject(new Error('the bucket is away')))).dropped).not.toContain(DAY);
  const found = async (timeline: typeof journal.timeline) =>
    (await timeline({ subject: { person: '1' }, window: EVER })).rows.length;
  expect(await found(journal.timeline)).toBe(2);
  expect((await maintain()).dropped).toContain(DAY);
  expect(await found(reader.timeline)).toBe(2);
  expect((await journal.timeline({ subject: { person: '1' }, window: EVER })).rows).toEqual([]);
});

it('takes along the rows that come while a partition is archived', { timeout: TIMEOUT_MS }, async () => {
  const { place } = await postgresDriver(() => postgres).makePlace();
  const { target } = folderArchive();
  const { store, archiver, reader, maintain } = open(place, target);
  await store.start();
  await store.write([row({ person: 'id:1' })]);
  let calls = 0;
  await maintain(async (day) => {
    await archiver.archive(day);
    if (day === DAY) calls += 1;
    if (day === DAY && calls === 1) await store.write([row({ person: 'id:late' })]);
  });
  expect((await reader.timeline({ subject: { person: 'late' }, window: EVER })).rows).toHaveLength(1);
  expect(await reader.days()).toMatchObject([{ rows: 2 }]);
});

it('puts a partition back that could not be archived after it was detached', { timeout: TIMEOUT_MS }, async () => {
  const { place } = await postgresDriver(() => postgres).makePlace();
  const { store, journal, maintain } = open(place, folderArchive().target);
  await store.start();
  await store.write([row({ person: 'id:1' })]);
  let calls = 0;
  const failing = async (day: string) => {
    if (day === DAY) calls += 1;
    if (calls === 2) throw new Error('the disk is full');
  };
  expect((await maintain(failing)).dropped).not.toContain(DAY);
  expect((await journal.timeline({ subject: { person: '1' }, window: EVER })).rows).toHaveLength(1);
});

it('keeps an erasure that the archive can not do yet, until it can', { timeout: TIMEOUT_MS }, async () => {
  const { place } = await sqliteDriver.makePlace();
  const bucket = await bucketArchive();
  const { store, archiver, reader, maintain } = open(place, bucket.target);
  await store.start();
  await store.write([row({ person: 'id:1', payload: { a: 1 } }), row({ operationId: newUlid(), person: 'id:2' })]);
  await maintain();
  await forgetPerson({ store, workspace: WS, person: '1', nowMs: Date.now(), alsoArchived: true });
  await bucket.stop();
  await expect(archiver.erase()).rejects.toMatchObject({ code: 'ARCHIVE_UNAVAILABLE' });
  await bucket.start();
  // A writer waits for others first: each time may write every file anew.
  await archiver.eraseWhenDue();
  expect(archiver.stats().erasedRows).toBe(0);
  const eager = createDayArchiver({ place, target: bucket.target, eraseDelayMs: 0, logger: quietLogger });
  onTestFinished(() => eager.stop());
  await eager.eraseWhenDue();
  expect(eager.stats().erasedRows).toBe(1);
  expect((await reader.timeline({ subject: { person: '1' }, window: EVER })).rows).toEqual([]);
  expect((await reader.timeline({ subject: { person: '2' }, window: EVER })).rows).toHaveLength(1);
});
