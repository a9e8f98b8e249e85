import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { createSqliteStore } from '../src/index.ts';
import { makeStored } from './parts.ts';

const ROUNDS = 40;
const PERSONS = 25;

function setUp() {
  const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-journal-'));
  const store = createSqliteStore({ folder });
  onTestFinished(async () => {
    await store.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const bytes = () =>
    readdirSync(folder)
      .map((name) => readFileSync(join(folder, name)).toString('latin1'))
      .join('');
  return { folder, store, bytes };
}

const secretOf = (person: number) => `whisper-of-${person}-end`;

/** Rows of many persons, short and long, one among the other. */
const rowsOf = (round: number) =>
  Array.from({ length: PERSONS }, (_, person) => {
    const payload = { text: secretOf(person), filler: 'x'.repeat((round * 137 + person * 61) % 900) };
    const note = { outcome: 'note' as const, key: 'wish', value: secretOf(person), person: `id:${person}` };
    return [makeStored('default', { person: `id:${person}`, payload }), makeStored('default', note)];
  }).flat();

it.each(['payloads', 'rows'] as const)(
  'leaves no byte of forgotten %s in the files of SQLite, whatever was written before and after',
  async (what) => {
    const { store, bytes } = setUp();
    await store.start();
    for (let round = 0; round < ROUNDS; round += 1) await store.write(rowsOf(round));
    const erased = Array.from({ length: PERSONS }, (_, person) => person).filter((person) => person % 2 === 0);
    for (const person of erased) {
      const now = Date.now();
      await store.forget({ workspace: 'default', persons: [`id:${person}`], acceptedUntilMs: now, nowMs: now, what });
    }
    const left = bytes();
    expect(erased.filter((person) => left.includes(secretOf(person)))).toEqual([]);
    expect(left).toContain(secretOf(1));
  },
);

it('leaves no byte of what was forgotten while somebody read, once it looks again', async () => {
  const { folder, store, bytes } = setUp();
  await store.start();
  await store.write(rowsOf(1));
  const [name] = readdirSync(folder).filter((each) => /^journal-\d.*\.db$/.test(each));
  const reading = new DatabaseSync(join(folder, name ?? ''), { readOnly: true });
  reading.exec('BEGIN');
  reading.prepare('SELECT COUNT(*) FROM journal').get();
  const now = Date.now();
  const request = { workspace: 'default', persons: ['id:2'], acceptedUntilMs: now, nowMs: now, what: 'rows' } as const;
  expect(await store.forget(request)).toEqual({ rows: 2 });
  reading.exec('COMMIT');
  reading.close();
  await store.maintain({ nowMs: now, retentionDays: 15 });
  expect(bytes()).not.toContain(secretOf(2));
  expect(bytes()).toContain(secretOf(3));
}, 60_000);
