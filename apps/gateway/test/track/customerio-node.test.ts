import { type BatchOperation, IdentifierType, TrackClient } from 'customerio-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { API_KEY, SITE_ID } from './track-rig.ts';
import { startTwoWays, type TwoWays } from './two-ways.ts';

let ways: TwoWays;

beforeAll(async () => {
  ways = await startTwoWays();
});
afterAll(() => ways.stop());

const clientOf = (origin: string) => new TrackClient(SITE_ID, API_KEY, { url: `${origin}/api/v1` });

/**
 * Every method of the client, with identifiers of every kind.
 *
 * @param delivered - waits for what was sent, where two persons meet: order between two is not promised
 */
async function useEverything(cio: TrackClient, delivered: () => Promise<unknown>): Promise<void> {
  await cio.identify('ada', { email: 'ada@example.com', plan: 'pro', visits: 3, vip: true, created_at: 1_700_000_000 });
  await cio.identify('a/b?c d', { plan: 'odd' });
  await cio.identify('linus@example.com', { plan: 'by e-mail' });
  await cio.track('ada', { name: 'Order', data: { total: 9.5, items: ['a', { b: 1 }] }, timestamp: 1_700_000_000 });
  await cio.track('a/b?c d', { name: 'Order' });
  await cio.trackAnonymous('anon-1', { name: 'Viewed', data: { page: 1 }, timestamp: 1_700_000_001 });
  await delivered();
  await cio.identify('ada', { anonymous_id: 'anon-1' });
  await cio.trackPageView('ada', 'https://example.com/pricing');
  await cio.addDevice('ada', 'token-1', 'ios', { last_used: 1_700_000_000, app_version: '2.1' });
  await cio.addDevice('ada', 'token/2', 'android');
  await cio.deleteDevice('ada', 'token/2');
  await cio.trackPush({ event: 'opened', delivery_id: 'd1', device_id: 'token-1', timestamp: 1_700_000_000 });
  await cio.reportMetric({
    delivery_id: 'd2',
    metric: 'clicked',
    timestamp: 1_700_000_000,
    href: 'https://example.com',
  });
  await cio.identify('old', { plan: 'free', colour: 'red' });
  await cio.identify('new', { plan: 'pro' });
  await delivered();
  await cio.mergeCustomers(IdentifierType.Id, 'new', IdentifierType.Id, 'old');
  await cio.identify('gone', { plan: 'free' });
  await cio.destroy('gone');
  await cio.identify('quiet', { plan: 'free' });
  await cio.suppress('quiet');
  await cio.identify('back', { plan: 'free' });
  await cio.suppress('back');
  await cio.unsuppress('back');
  await cio.identify('back', { plan: 'again' });
  await cio.addCustomersToSegment(7, ['ada', 'back']);
  await cio.addCustomersToSegment('8', ['linus@example.com'], IdentifierType.Email);
  await cio.removeCustomersFromSegment(7, ['back']);
  await cio.submitForm('form-1', { email: 'linus@example.com', answer: '42' });
  await cio.unsubscribe('d2');
  await cio.entity({ type: 'person', action: 'identify', identifiers: { id: 'v2' }, attributes: { plan: 'pro' } });
  await cio.batch([
    {
      type: 'person',
      action: 'event',
      identifiers: { id: 'v2' },
      name: 'Order',
      attributes: { n: 1 },
      timestamp: 1_700_000_000,
    },
    {
      type: 'object',
      action: 'identify',
      identifiers: { object_type_id: '1', object_id: 'acme' },
      attributes: { a: 1 },
    },
    {
      type: 'person',
      action: 'add_relationships',
      identifiers: { id: 'v2' },
      cio_relationships: [{ identifiers: { object_type_id: '1', object_id: 'acme' } }],
    },
  ] as unknown as BatchOperation[]);
}

it('leaves Customer.io in the same state through the gateway as directly, by every method', async () => {
  await useEverything(clientOf(ways.direct), () => Promise.resolve());
  await useEverything(clientOf(ways.gateway), ways.delivered);
  const persons = ['ada', 'a/b?c d', 'linus@example.com', 'old', 'new', 'gone', 'quiet', 'back', 'v2'];
  const { direct, gateway } = await ways.statesOf(persons);
  expect(gateway).toEqual(direct);
  expect(direct).toMatchObject({ ada: { eventCount: 2, segments: ['7'] }, old: undefined, gone: undefined });
});

it('is told what is wrong with its operations as by Customer.io', async () => {
  const outcome = async (origin: string) => {
    const cio = clientOf(origin);
    const long = {
      type: 'person',
      action: 'identify',
      identifiers: { id: '1' },
      attributes: { plan: 'x'.repeat(1001) },
    };
    const failed = async (call: Promise<unknown>) => {
      const error = await call.then(
        () => undefined,
        (reason: { statusCode?: number; message: string }) => reason,
      );
      return [error?.statusCode, error?.message];
    };
    return [
      await cio.batch([long, { ...long, attributes: {} }] as unknown as BatchOperation[]),
      await failed(cio.identify('ada', { plan: 'x'.repeat(1001) })),
      await failed(cio.track('ada', { name: 'n'.repeat(101) })),
      await failed(new TrackClient(SITE_ID, 'wrong', { url: `${origin}/api/v1` }).identify('ada', {})),
    ];
  };
  expect(await outcome(ways.gateway)).toEqual(await outcome(ways.direct));
});

it('learns the region, and the address of the gateway in place of Customer.io', async () => {
  const answer = await clientOf(ways.gateway).getAccountRegion();
  expect(answer).toEqual({ url: ways.gateway, region: 'us', environment_id: 1 });
});
