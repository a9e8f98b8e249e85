import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { runningSimulator } from './running-simulator.ts';

const event = (rest: object = {}) => ({
  type: 'person',
  action: 'event',
  identifiers: { id: '42' },
  name: 'purchase',
  ...rest,
});

describe('POST /api/v2/batch', () => {
  it('answers {} with a line feed when everything is accepted', async () => {
    const { batch } = await runningSimulator();
    const reply = await batch(event(), event());
    expect([reply.status, reply.text]).toEqual([200, '{}\n']);
    expect(reply.headers.get('content-type')).toBe('application/json');
  });

  it('answers 207 with the index of each invalid item and applies the others', async () => {
    const { batch, simulator } = await runningSimulator();
    const tooLong = {
      type: 'person',
      action: 'identify',
      identifiers: { id: '1' },
      attributes: { a: 'x'.repeat(1001) },
    };
    const reply = await batch(event(), tooLong, event({ name: '' }), event());
    expect(reply.status).toBe(207);
    expect(reply.json).toEqual({
      errors: [
        {
          batch_index: 1,
          reason: 'too_large',
          field: 'attributes.a',
          message: "value for attribute 'a' cannot be longer than 1000 bytes",
        },
        { batch_index: 2, reason: 'invalid', field: 'name', message: 'event name must not be blank' },
      ],
    });
    expect(simulator.person('42')?.eventCount).toBe(2);
    expect(simulator.stats()).toMatchObject({ operations: 2, rejected: 2 });
  });

  it('takes people, objects and deliveries in one batch', async () => {
    const { batch, simulator } = await runningSimulator();
    const identifiers = { object_type_id: '1', object_id: 'acme' };
    const delivery = { type: 'delivery', action: 'event', identifiers: { id: 'd1' }, name: 'opened' };
    const reply = await batch(
      event(),
      { type: 'object', action: 'identify', identifiers, attributes: { seats: 5 } },
      { ...delivery, attributes: { device_token: 't' } },
    );
    expect(reply.status).toBe(200);
    expect(simulator.stats().byAction).toEqual({ event: 2, identify: 1 });
  });

  it.each([
    ['no JSON', '{"batch":', ''],
    ['a list', '[]', 'batch'],
    ['no batch', '{}', 'batch'],
    ['a batch that is a hash', '{"batch":{}}', 'batch'],
    ['an empty batch', '{"batch":[]}', 'batch'],
    ['nothing at all', '', ''],
  ])('answers 400 with an error list to %s', async (_, body, field) => {
    const { call, simulator } = await runningSimulator();
    const reply = await call('POST /api/v2/batch', body);
    expect(reply.status).toBe(400);
    expect(reply.json).toEqual({ errors: [{ reason: expect.any(String), field, message: expect.any(String) }] });
    expect(simulator.stats().operations).toBe(0);
  });

  it('takes a body of 499,999 bytes and answers 413 to one of 500,000', async () => {
    const { call, simulator } = await runningSimulator();
    const bodyOf = (bytes: number) => {
      const body = JSON.stringify({ batch: [event()] });
      return body + ' '.repeat(bytes - body.length);
    };
    expect((await call('POST /api/v2/batch', bodyOf(499_999))).status).toBe(200);
    expect((await call('POST /api/v2/batch', bodyOf(500_000))).status).toBe(413);
    expect(simulator.stats().operations).toBe(1);
  });

  it('refuses an item over 32 KB by its index', async () => {
    const { batch } = await runningSimulator();
    const reply = await batch(event(), event({ attributes: { text: 'é'.repeat(17_000) } }));
    expect(reply.json).toMatchObject({ errors: [{ batch_index: 1, reason: 'too_large' }] });
  });

  it('takes a batch of a thousand operations', async () => {
    const { batch, simulator } = await runningSimulator();
    const operations = Array.from({ length: 1000 }, (_, index) =>
      event({ id: ulid(), identifiers: { id: `p${index % 10}` } }),
    );
    expect((await batch(...operations)).status).toBe(200);
    expect(simulator.person('p0')?.eventCount).toBe(100);
  });
});

describe('POST /api/v2/entity', () => {
  it('applies one operation', async () => {
    const { call, simulator } = await runningSimulator();
    const reply = await call('POST /api/v2/entity', event({ attributes: { price: 9 } }));
    expect([reply.status, reply.text]).toEqual([200, '{}\n']);
    expect(simulator.person('42')?.events).toMatchObject([
      { type: 'event', name: 'purchase', attributes: { price: 9 } },
    ]);
  });

  it('answers 400 with an error list to an invalid operation', async () => {
    const { call } = await runningSimulator();
    const reply = await call('POST /api/v2/entity', event({ identifiers: { id: 42 } }));
    expect(reply.status).toBe(400);
    expect(reply.json).toEqual({
      errors: [{ reason: 'invalid', field: 'identifiers.id', message: 'id attribute must be a string value' }],
    });
  });

  it('takes 32 KB and answers 413 to one byte more', async () => {
    const { call } = await runningSimulator();
    const bodyOf = (bytes: number) => {
      const body = JSON.stringify(event());
      return body + ' '.repeat(bytes - body.length);
    };
    expect((await call('POST /api/v2/entity', bodyOf(32 * 1024))).status).toBe(200);
    expect((await call('POST /api/v2/entity', bodyOf(32 * 1024 + 1))).status).toBe(413);
  });
});

describe('credentials', () => {
  const paths = ['POST /api/v2/batch', 'POST /api/v2/entity', 'PUT /api/v1/customers/1', 'GET /api/v1/accounts/region'];

  it.each(paths)('are asked for by %s', async (line) => {
    const { call, simulator } = await runningSimulator();
    const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
    for (const authorization of ['', 'Bearer demo-key', basic('demo-site:other'), basic('demo-site'), 'Basic %%%']) {
      const body = line.startsWith('GET') ? undefined : {};
      expect((await call(line, body, { authorization })).status).toBe(401);
    }
    expect(simulator.stats().operations).toBe(0);
  });

  it('are recognised with any case of the scheme', async () => {
    const { call } = await runningSimulator();
    const authorization = `basic ${Buffer.from('demo-site:demo-key').toString('base64')}`;
    expect((await call('GET /api/v1/accounts/region', undefined, { authorization })).status).toBe(200);
  });

  it('lead to workspaces that know nothing of each other', async () => {
    const credentials = [
      { siteId: 'us-site', apiKey: 'a' },
      { siteId: 'eu-site', apiKey: 'b', region: 'eu' as const },
    ];
    const { call, simulator } = await runningSimulator({ credentials });
    const as = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
    await call('PUT /api/v1/customers/42', { from: 'us' }, as('us-site:a'));
    await call('PUT /api/v1/customers/42', { from: 'eu' }, as('eu-site:b'));
    expect(simulator.person('42', 'us-site')?.attributes).toEqual({ from: 'us' });
    expect(simulator.person('42', 'eu-site')?.attributes).toEqual({ from: 'eu' });
    expect((await call('GET /api/v1/accounts/region', undefined, as('eu-site:b'))).json).toEqual({
      url: 'https://track-eu.customer.io',
      region: 'eu',
      environment_id: 2,
    });
  });
});
