import { uniqueWorkspace } from '@cio-fleet/testkit';
import fc from 'fast-check';
import { afterAll, afterEach, expect, inject, it } from 'vitest';
import { createProducer, type EnqueueResult } from '../src/index.ts';
import { QueueContents } from './queue-contents.ts';

const redisUrl = inject('redisUrl');
const workspace = uniqueWorkspace('hostile');
const contents = new QueueContents(redisUrl, workspace);
const producer = createProducer({ redisUrl, workspace, maxBufferedOperations: 100_000 });
const verbs = Object.entries(producer).filter(([name]) => !['close', 'flush', 'spoolState'].includes(name)) as [
  string,
  (...args: unknown[]) => Promise<EnqueueResult | EnqueueResult[]>,
][];

afterAll(async () => {
  await producer.close();
  contents.close();
});

const rejections: unknown[] = [];
process.on('unhandledRejection', (reason) => rejections.push(reason));
afterEach(() => expect(rejections).toEqual([]));

const isResult = (result: EnqueueResult) =>
  result.ok ? typeof result.id === 'string' : typeof result.error.code === 'string' && result.error.message !== '';

const throwing = () => {
  throw new Error('hostile');
};
const hostile: readonly unknown[] = [
  undefined,
  null,
  Number.NaN,
  10n,
  Symbol('s'),
  () => undefined,
  new Map(),
  Object.create(null),
  Object.defineProperty({}, 'id', { get: throwing, enumerable: true }),
  new Proxy({}, { get: throwing, ownKeys: throwing, has: throwing, getPrototypeOf: throwing }),
  new Proxy([], { get: throwing, ownKeys: throwing }),
  { toJSON: throwing, toString: throwing, [Symbol.toPrimitive]: throwing },
  JSON.parse('{"__proto__":{"polluted":true}}'),
  '\ud800',
  'x'.repeat(1_000_000),
];

it('has all the verbs of the contract', () => {
  const contract =
    'identify track page screen trackAnonymous suppress unsuppress delete merge addDevice deleteDevice relate unrelate identifyObject deleteObject enqueueMany';
  expect(verbs.map(([name]) => name)).toEqual(contract.split(' '));
});

it.each(verbs)('%s answers hostile arguments with a result, and never throws', async (_name, verb) => {
  for (const first of hostile) {
    for (const second of hostile) {
      const results = await Promise.all([verb(first, second), verb('p', 'n', first, second), verb([first, second])]);
      for (const result of results.flat()) expect(isResult(result)).toBe(true);
    }
  }
});

it('answers any JavaScript value with a result', async () => {
  const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...verbs), fc.array(anything, { maxLength: 4 }), async ([, verb], args) => {
      const result = await verb(...args);
      expect([result].flat().every(isResult)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('took nothing that a lane could not read', async () => {
  await producer.flush();
  await expect(contents.operations()).resolves.toBeDefined();
});

it.each([
  ['sessionId', 5],
  ['traceId', ''],
  ['idempotencyKey', 'x'.repeat(257)],
  ['source', {}],
])('refuses %s when it is not text of 1 to 256 bytes', async (name, value) => {
  const result = await producer.track('p', 'e', {}, { [name]: value });
  expect(result).toMatchObject({ ok: false, error: { code: 'OPTION_INVALID' } });
});

it('lists all problems of its options at once, without the URL', () => {
  const options = { redisUrl: 'http://user:secret@host', workspace: 'No Spaces', lanes: 0, enqueueTimeoutMs: -1 };
  expect(() => createProducer(options)).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/enqueueTimeoutMs.*redisUrl.*workspace.*lanes/),
    }),
  );
  expect(() => createProducer(options)).not.toThrow('secret');
});
