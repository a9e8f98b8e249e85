import { waitFor } from '@cio-fleet/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SegmentFleet, startSegmentFleet } from './support/segment-fleet.ts';

let fleet: SegmentFleet;
beforeAll(async () => {
  fleet = await startSegmentFleet({ GATEWAY_ACCEPT_TIMEOUT_MS: '500' });
}, 120_000);
afterAll(() => fleet?.stop());

it('what can not be made durable is answered 503 with Retry-After, and is delivered once when it is sent again', async () => {
  const batch = Array.from({ length: 20 }, (_, n) => ({
    type: 'track',
    userId: `person-${n % 3}`,
    event: 'Once',
    messageId: `m-${n}`,
    properties: { n },
  }));
  const send = () => fleet.post('/v1/batch', { batch, sentAt: new Date() });
  // The first call fixes the number of lanes; a producer that has never met Redis can't know it.
  expect((await fleet.post('/v1/track', { userId: 'person-0', event: 'First' })).status).toBe(200);

  await fleet.redis.kill();
  const response = await send();
  expect(response.status).toBe(503);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await response.json()).toMatchObject({ success: false, code: expect.any(String) });
  expect((await send()).status).toBe(503);

  await fleet.redis.restart();
  await waitFor(async () => (await send()).status === 200, { timeoutMs: 40_000, description: 'the gateway to accept' });
  await Promise.all(
    [0, 1, 2].map((n) => fleet.post('/v1/track', { userId: `person-${n}`, event: 'Last', messageId: `last-${n}` })),
  );
  await fleet.arrivals(({ name }) => name === 'Last', 3);
  const once = await fleet.arrivals(({ name }) => name === 'Once', 20);
  const numbers = once.map(({ attributes }) => Number(attributes?.n));
  expect(numbers.toSorted((left, right) => left - right)).toEqual(batch.map(({ properties }) => properties.n));
});
