import { Analytics as CdpAnalytics } from '@customerio/cdp-analytics-node';
import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { Analytics as SegmentAnalytics } from '@segment/analytics-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WRITE_KEY } from './support/post-message.ts';
import { type SegmentFleet, startSegmentFleet } from './support/segment-fleet.ts';

let fleet: SegmentFleet;
beforeAll(async () => {
  fleet = await startSegmentFleet();
}, 120_000);
afterAll(() => fleet?.stop());

/** What all of these SDKs have. */
interface Sdk {
  identify(call: object): unknown;
  track(call: object): unknown;
  page(call: object): unknown;
  screen(call: object): unknown;
  group(call: object): unknown;
  alias(call: object): unknown;
}

interface Connected {
  readonly sdk: Sdk;
  /** Sends what it holds, and closes. */
  readonly finish: () => Promise<unknown>;
}

const SDKS: Readonly<Record<string, (host: string) => Connected>> = {
  '@segment/analytics-node': (host) => {
    const sdk = new SegmentAnalytics({ writeKey: WRITE_KEY, host });
    return { sdk: sdk as unknown as Sdk, finish: () => sdk.closeAndFlush() };
  },
  '@customerio/cdp-analytics-node': (host) => {
    const sdk = new CdpAnalytics({ writeKey: WRITE_KEY, host });
    return { sdk: sdk as unknown as Sdk, finish: () => sdk.closeAndFlush() };
  },
  '@rudderstack/rudder-sdk-node': (dataPlaneUrl) => {
    const sdk = new RudderAnalytics(WRITE_KEY, { dataPlaneUrl, logLevel: 'error' });
    return {
      sdk: sdk as unknown as Sdk,
      async finish() {
        await sdk.flush();
        await sdk.flush();
      },
    };
  },
};

const TIME = new Date('2026-02-25T09:59:58.700Z');
const SECONDS = 1_772_013_598;

describe.each(Object.entries(SDKS))('unmodified %s', (name, connect) => {
  const id = (text: string) => `${text}-of-${name.replace(/.*\//, '')}`;
  const userId = id('ada');
  const anonymousId = id('anonymous');
  const CALLS: readonly (readonly [method: keyof Sdk, call: object, operation: object])[] = [
    [
      'identify',
      { userId, anonymousId, traits: { plan: 'pro', createdAt: TIME, address: { since: TIME }, 'a.b': 1, none: null } },
      {
        type: 'person',
        action: 'identify',
        identifiers: { id: userId },
        attributes: {
          plan: 'pro',
          created_at: SECONDS,
          address: { since: SECONDS },
          'a.b': 1,
          none: null,
          anonymous_id: anonymousId,
        },
      },
    ],
    [
      'track',
      { userId, event: id('Paid'), properties: { total: 9.5, at: TIME } },
      { action: 'event', identifiers: { id: userId }, name: id('Paid'), attributes: { total: 9.5, at: SECONDS } },
    ],
    [
      'track',
      { anonymousId, event: id('Seen'), properties: {} },
      { action: 'event', identifiers: { anonymous_id: anonymousId }, name: id('Seen') },
    ],
    [
      'page',
      { userId, name: 'Pricing', category: 'Docs', properties: { url: `https://example.com/${name}` } },
      {
        action: 'page',
        identifiers: { id: userId },
        name: `https://example.com/${name}`,
        attributes: { name: 'Pricing', category: 'Docs', url: `https://example.com/${name}` },
      },
    ],
    [
      'screen',
      { userId, name: id('Home'), properties: { tab: 2 } },
      { action: 'screen', identifiers: { id: userId }, name: id('Home'), attributes: { name: id('Home'), tab: 2 } },
    ],
    [
      'group',
      {
        userId,
        groupId: id('acme'),
        traits: { seats: 5, objectTypeId: '2', relationshipAttributes: { role: 'admin' } },
      },
      {
        type: 'object',
        action: 'identify',
        identifiers: { object_type_id: '2', object_id: id('acme') },
        attributes: { seats: 5 },
        cio_relationships: [{ identifiers: { id: userId }, relationship_attributes: { role: 'admin' } }],
      },
    ],
    [
      'alias',
      { userId, previousId: id('old') },
      { action: 'merge', primary: { id: userId }, secondary: { id: id('old') } },
    ],
    [
      'track',
      {
        userId,
        event: 'Device Created or Updated',
        context: { device: { token: id('token'), type: 'android' } },
        properties: { beta: true },
        timestamp: TIME,
      },
      {
        action: 'add_device',
        identifiers: { id: userId },
        device: { token: id('token'), platform: 'android', last_used: SECONDS, attributes: { beta: 'true' } },
      },
    ],
    ['track', { userId: id('eve'), event: 'User Suppressed' }, { action: 'suppress', identifiers: { id: id('eve') } }],
    ['track', { userId: id('max'), event: 'User Deleted' }, { action: 'delete', identifiers: { id: id('max') } }],
  ];

  it('sends each of its calls through the gateway, and Customer.io gets what the mapping table says', async () => {
    const { sdk, finish } = connect(fleet.url);
    for (const [method, call] of CALLS) sdk[method](call);
    await finish();
    const own = (operation: unknown) => JSON.stringify(operation).includes(id(''));
    const arrived = await fleet.arrivals(
      (operation) => own(operation) || JSON.stringify(operation).includes(name),
      CALLS.length,
    );
    for (const [, , operation] of CALLS) expect(arrived).toContainEqual(expect.objectContaining(operation));
    expect(arrived).toHaveLength(CALLS.length);
  });

  it('gives events the time at which they were tracked', async () => {
    const { sdk, finish } = connect(fleet.url);
    const beforeSeconds = Math.floor(Date.now() / 1_000);
    sdk.track({ userId: id('now'), event: id('Now') });
    sdk.track({ userId: id('now'), event: id('Then'), timestamp: new Date('2026-01-31T08:15:00Z') });
    await finish();
    const [now, then] = await fleet.arrivals(
      (operation) => [id('Now'), id('Then')].includes(String(operation.name)),
      2,
    );
    expect(now?.timestamp).toBeGreaterThanOrEqual(beforeSeconds);
    expect(now?.timestamp).toBeLessThanOrEqual(Date.now() / 1_000);
    // The skew between two clocks of one machine is how long the request took.
    expect(then?.timestamp).toBeGreaterThanOrEqual(Date.parse('2026-01-31T08:15:00Z') / 1_000);
    expect(then?.timestamp).toBeLessThan(Date.parse('2026-01-31T08:16:00Z') / 1_000);
  });

  it('sends a call with the messageId of another one, and Customer.io gets it once', async () => {
    const { sdk, finish } = connect(fleet.url);
    const call = { userId: id('twice'), event: id('Twice'), messageId: id('message') };
    sdk.track(call);
    sdk.track(call);
    sdk.track({ ...call, event: id('Last'), messageId: id('other') });
    await finish();
    await fleet.arrivals((operation) => operation.name === id('Last'), 1);
    expect(await fleet.arrivals((operation) => operation.name === id('Twice'), 1)).toHaveLength(1);
  });
});
