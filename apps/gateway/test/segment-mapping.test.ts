import { MAPPING_EXAMPLES } from '@cio-fleet/segment/testing';
import { readSpamReport } from '@cio-fleet/spam-report';
import { waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SegmentFleet, startSegmentFleet } from './support/segment-fleet.ts';

let fleet: SegmentFleet;
beforeAll(async () => {
  fleet = await startSegmentFleet();
}, 120_000);
afterAll(() => fleet?.stop());

/** The same example about persons and objects of its own, so that none undoes what another did. */
function apart<Value>(value: Value, index: number): Value {
  const text = JSON.stringify(value)
    .replaceAll(/\b42\b/g, String(1_000 + index))
    .replaceAll('"a1"', `"a${index}"`)
    .replaceAll('"acme"', `"acme-${index}"`)
    .replaceAll('ada@', `ada.${index}@`);
  return JSON.parse(text) as Value;
}

/** Whether what arrived has all that was expected; ids of events and times of acceptance come on top. */
function equals(arrived: object, expected: object): boolean {
  try {
    expect(arrived).toEqual(expect.objectContaining(expected));
    return true;
  } catch {
    return false;
  }
}

/** The simulator shows what comes with a metric as its attributes. */
function asShown(operation: object): object {
  if (!('action' in operation) || operation.action !== 'metric') return operation;
  const { href, ...others } = operation as { readonly href?: unknown };
  return { ...others, attributes: { href } };
}

const EXAMPLES = MAPPING_EXAMPLES.map((example, index) => apart(example, index));

it('every row of the mapping table arrives at Customer.io as the table says', async () => {
  const answers = await Promise.all(
    EXAMPLES.map(async ({ message }) => {
      const { type, ...body } = message;
      return (await fleet.post(`/v1/${type}`, body)).json();
    }),
  );
  expect(answers).toEqual(EXAMPLES.map(() => ({ success: true })));
  const expected = EXAMPLES.flatMap(({ operations }) => operations.map(asShown));
  await waitFor(() => fleet.simulator.arrivals().length >= expected.length, {
    timeoutMs: 40_000,
    description: 'all operations',
  }).catch(() => undefined);
  const arrived = fleet.simulator.arrivals().map(({ operation }) => operation);
  const missing = expected.filter((operation) => !arrived.some((each) => equals(each, operation)));
  expect(missing).toEqual([]);
  expect(arrived).toHaveLength(expected.length);
});

it('the same message is delivered once, sent again alone, in a batch, or twice in one', async () => {
  const message = { type: 'track', userId: 'twice', event: 'Twice', messageId: 'm-1', properties: { n: 1 } };
  await fleet.post('/v1/track', message);
  await fleet.post('/v1/batch', { batch: [message, message] });
  await fleet.post('/v1/t', message);
  await fleet.post('/v1/track', { ...message, messageId: 'm-2', event: 'Last' });
  const events = await fleet.arrivals(({ name }) => name === 'Twice' || name === 'Last', 2);
  expect(events.map(({ name }) => name)).toEqual(['Twice', 'Last']);
});

it('the time of a message is corrected for the clock of its sender', async () => {
  const hourAgo = (ms: number) => new Date(Date.now() - 3_600_000 - ms).toISOString();
  await fleet.post('/v1/batch', {
    batch: [{ type: 'track', userId: 'skewed', event: 'Skewed', timestamp: hourAgo(60_000) }],
    sentAt: hourAgo(0),
  });
  const [event] = await fleet.arrivals(({ name }) => name === 'Skewed', 1);
  const nowSeconds = Date.now() / 1_000;
  expect(event?.timestamp).toBeGreaterThan(nowSeconds - 60 - 60);
  expect(event?.timestamp).toBeLessThan(nowSeconds - 50);
});

it('messages that are dropped are in the report of sources, those that the mapping refuses and those that the intake does', async () => {
  const redis = new Redis(fleet.redis.url);
  const refused = async () => {
    const { subjects } = await readSpamReport(redis, 'default', { windowMs: 3_600_000 });
    const own = subjects.find(({ subject }) => subject === 'key:default/own');
    return own?.pieces.reduce((sum, { counts }) => sum + counts.refused, 0) ?? 0;
  };
  const batch = [{ type: 'nonsense', userId: '1' }, { type: 'track', event: 'Nobody' }, 'text'];
  expect((await fleet.post('/v1/batch', { batch })).status).toBe(200);
  await waitFor(async () => (await refused()) === 3, { timeoutMs: 40_000, description: 'three refused messages' });
  await redis.quit();
});
