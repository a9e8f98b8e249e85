import { IdentifierType, TrackClient } from 'customerio-node';
import { describe, expect, it } from 'vitest';
import { runningSimulator } from './running-simulator.ts';

const clientOf = (url: string, apiKey = 'demo-key') =>
  new TrackClient('demo-site', apiKey, { url: `${url}/api/v1`, retry: { maxRetries: 0 } });

describe("customerio-node's TrackClient", () => {
  it('does everything it can do', async () => {
    const { url, simulator } = await runningSimulator();
    const client = clientOf(url);
    await client.identify('1', { email: 'ada@example.com', plan: 'pro' });
    await client.track('1', { name: 'purchase', data: { price: 9 } });
    await client.trackPageView('1', 'https://example.com/pricing');
    await client.trackAnonymous('anon', { name: 'looked', data: { at: 'shoes' } });
    await client.identify('1', { anonymous_id: 'anon' });
    await client.addDevice('1', 'token-1', 'ios', { last_used: 1, app_version: '2.1' });
    await client.addDevice('1', 'token-2', 'android');
    await client.deleteDevice('1', 'token-2');
    await client.addCustomersToSegment(7, ['1']);
    await client.submitForm('signup', { email: 'ada@example.com', first_name: 'Ada' });
    await client.trackPush({ delivery_id: 'd1', event: 'opened', device_id: 'token-1', timestamp: 1 });
    await client.reportMetric({ delivery_id: 'd1', metric: 'clicked', href: 'https://example.com' });
    await client.unsubscribe('d1');
    expect(await client.getAccountRegion()).toMatchObject({ region: 'us' });
    expect(simulator.person('1')).toMatchObject({
      identifiers: { id: '1', email: 'ada@example.com' },
      attributes: { plan: 'pro', first_name: 'Ada' },
      devices: [{ token: 'token-1', platform: 'ios', last_used: 1, attributes: { app_version: '2.1' } }],
      events: [
        { type: 'event', name: 'purchase', attributes: { price: 9 } },
        { type: 'page', name: 'https://example.com/pricing' },
        { type: 'event', name: 'looked' },
      ],
      segments: ['7'],
    });

    await client.identify('2', { city: 'Rome' });
    await client.mergeCustomers(IdentifierType.Id, '1', IdentifierType.Id, '2');
    expect(simulator.person('1')?.attributes).toMatchObject({ city: 'Rome' });
    await client.suppress('1');
    expect(simulator.person('1')?.suppressed).toBe(true);
    await client.unsuppress('1');
    await client.identify('3');
    await client.destroy('3');
    expect([simulator.person('1'), simulator.person('3')]).toEqual([undefined, undefined]);
  });

  it('resolves a batch with the errors of a 207', async () => {
    const { url } = await runningSimulator();
    const identifiers = { id: '1' };
    const answer = await clientOf(url).batch([
      { type: 'person', action: 'event', identifiers, name: 'a' },
      { type: 'person', action: 'event', identifiers },
    ]);
    expect(answer).toMatchObject({ errors: [{ batch_index: 1, field: 'name' }] });
  });

  it('rejects with the message and the status of a refusal', async () => {
    const { url } = await runningSimulator();
    await expect(clientOf(url).identify('1', { a: 'x'.repeat(1001) })).rejects.toMatchObject({
      statusCode: 400,
      message: "value for attribute 'a' cannot be longer than 1000 bytes",
    });
    await expect(clientOf(url, 'wrong').identify('1')).rejects.toMatchObject({ statusCode: 401 });
  });
});
