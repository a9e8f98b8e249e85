import { type EmbeddedPostgres, startPostgres } from '@cio-fleet/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createJournalReader, type JournalEntry } from '../src/index.ts';
import { type Driver, makeStored, postgresDriver, sqliteDriver } from './parts.ts';

let postgres: EmbeddedPostgres;
beforeAll(async () => {
  postgres = await startPostgres({ config: { fsync: 'off' } });
});
afterAll(() => postgres?.stop());

const RUNS = 60;
const HUGE = 100_000;

/** What breaks out of SQL, of LIKE, of JSON, of regular expressions and of text encodings. */
const HOSTILE = [
  ...[
    "'",
    "''",
    '"',
    '\\',
    "\\'",
    '%',
    '_',
    '%%',
    ';',
    '--',
    '/*',
    '*/',
    '\0',
    '\uD800',
    '\uDFFF',
    '\r\n',
    '\t',
    '\\N',
  ],
  ...['$1', '$$', '?', '?1', ':a', '@a', '{}', '[]', '(', ')', '`', '\u2028', '\u202E', 'ı', '😀', '\x1a', '\x7f'],
  ...[" OR '1'='1", "' OR 1=1 --", '"; DROP TABLE journal; --', "') UNION SELECT * FROM journal_identities --"],
  ...[
    "' || pg_sleep(9) || '",
    "'; ATTACH DATABASE 'x' AS y; --",
    'id:',
    'email:',
    'phone:',
    'h:',
    'anonymous_id:',
    '@',
    '+',
  ],
  ...['NULL', 'true', '0x0', '1e999', 'toString', '__proto__', 'constructor'],
];

const part = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 8 }));
const text = fc.oneof(
  { weight: 8, arbitrary: fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: part.map((some) => (some === '' ? 'x' : some).repeat(HUGE).slice(0, HUGE)) },
);
const number = fc.oneof(
  fc.constantFrom(
    0,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    1e300,
    -1e300,
    2 ** 53,
    2 ** 63,
  ),
  fc.double(),
  fc.integer(),
);
const window = fc.record({ from: number, to: number }, { requiredKeys: [] });
const uuidLike = fc.stringMatching(/^[0-9a-f-]{36}$/);
/** As an attacker makes one: in our form, with whatever values. */
const cursor = fc.oneof(
  text,
  fc
    .tuple(number, fc.oneof(uuidLike, fc.uuid(), text), number)
    .map((position) => Buffer.from(JSON.stringify(position)).toString('base64url')),
);

describe.each<Driver>([postgresDriver(() => postgres), sqliteDriver])(
  'questions to the journal in $name',
  ({ makePlace }) => {
    async function setUp() {
      const place = await makePlace();
      const store = place.store();
      await store.start();
      const source = place.source();
      onTestFinished(async () => {
        await source.close();
        await store.stop();
      });
      const ours = ['id:1', 'email:ada@example.com'].map((person) =>
        makeStored('default', {
          person,
          sessionId: 's-1',
          traceId: 't-1',
          component: 'c-1',
          userId: 'u-1',
          source: 'shop',
        }),
      );
      const failed = makeStored('default', { outcome: 'failed', errorCode: 'TIMEOUT', person: 'id:1' });
      const foreign = Array.from({ length: 5 }, (_, n) =>
        makeStored('secret', {
          person: `id:${n}`,
          sessionId: `s-${n}`,
          name: 'Of another workspace',
          source: 'secret',
        }),
      );
      await store.write([...ours, failed, ...foreign]);
      const all = async () => {
        const tables = ['journal', 'journal_rollups', 'journal_identities', 'journal_failures'];
        const counts = await Promise.all(
          tables.map((table) => source.select(`SELECT COUNT(*) AS n FROM ${table}`, [])),
        );
        return counts.map((parts) => parts.flat().reduce((sum, { n }) => sum + Number(n), 0));
      };
      return { reader: createJournalReader({ source, workspace: 'default' }), all };
    }

    /** Whether a row may be the answer to a question about `asked`. Rows were cleaned, and so the question may be. */
    const belongs = (row: JournalEntry, asked: string) =>
      row.workspace === 'default' &&
      asked
        .toWellFormed()
        .toLowerCase()
        .includes((row.person ?? '?').replace(/^\w+:/, ''));

    it("take any text as text: no error, nobody else's rows, nothing changed", { timeout: 240_000 }, async () => {
      const { reader, all } = await setUp();
      const before = await all();
      await fc.assert(
        fc.asyncProperty(text, window, cursor, number, async (asked, asWindow, after, limit) => {
          const query = { window: asWindow, after, limit };
          const { rows } = await reader.timeline({ ...query, subject: { person: asked } });
          for (const row of rows) expect(belongs(row, asked)).toBe(true);
          for (const subject of [
            { sessionId: asked },
            { traceId: asked },
            { fingerprint: asked },
            { operationId: asked },
          ]) {
            expect((await reader.timeline({ ...query, subject })).rows).toEqual([]);
          }
          for (const subject of [
            { sessionId: asked },
            { userId: asked },
            { terminalId: asked },
            { component: asked },
          ]) {
            expect(await reader.notes({ subject, window: asWindow, limit })).toEqual([]);
          }
          expect(await reader.forgotten(asked)).toEqual([]);
        }),
        { numRuns: RUNS },
      );
      expect(await all()).toEqual(before);
    });

    it('take any window, limit, step and dimension', { timeout: 240_000 }, async () => {
      const { reader } = await setUp();
      await fc.assert(
        fc.asyncProperty(window, number, fc.array(text, { maxLength: 3 }), async (asWindow, asNumber, by) => {
          const rollups = await reader.rollups({
            window: asWindow,
            by: [...by, 'source'] as 'source'[],
            stepMs: asNumber,
          });
          const sources = await reader.sources({ window: asWindow });
          const failures = await reader.failures({ window: asWindow, limit: asNumber });
          for (const { source } of [...rollups, ...sources]) expect(source).not.toBe('secret');
          for (const { errorCode } of failures) expect(errorCode).toBe('TIMEOUT');
        }),
        { numRuns: RUNS },
      );
      // The usual question still has its answer.
      expect((await reader.timeline({ subject: { person: '1' } })).rows.length).toBeGreaterThan(0);
    });

    it('take any place to go on from', { timeout: 240_000 }, async () => {
      const { reader } = await setUp();
      await fc.assert(
        fc.asyncProperty(cursor, async (after) => {
          const { rows } = await reader.timeline({ subject: { person: '1' }, after });
          for (const row of rows) expect(row.workspace).toBe('default');
        }),
        { numRuns: RUNS * 3 },
      );
    });

    it('find a person under a text that was cleaned on its way in', async () => {
      const place = await makePlace();
      const store = place.store();
      await store.start();
      const source = place.source();
      onTestFinished(async () => {
        await source.close();
        await store.stop();
      });
      const odd = "id:o'b\0r\\%\uD800";
      await store.write([makeStored('default', { person: odd })]);
      const reader = createJournalReader({ source, workspace: 'default' });
      expect((await reader.timeline({ subject: { person: odd } })).rows).toHaveLength(1);
    });
  },
);
