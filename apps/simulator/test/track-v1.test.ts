import { describe, expect, it } from 'vitest';
import { runningSimulator } from './running-simulator.ts';

const manyAttributes = Object.fromEntries(Array.from({ length: 301 }, (_, index) => [`a${index}`, 1]));

describe('the v1 API', () => {
  it('identifies a person by id, and by e-mail or cio_id as the shape of the path says', async () => {
    const { call, simulator } = await runningSimulator();
    expect((await call('PUT /api/v1/customers/42', { plan: 'pro' })).text).toBe('{}\n');
    await call('PUT /api/v1/customers/a%2Bb%40example.com', { plan: 'free' });
    const cioId = simulator.person('42')?.identifiers.cio_id;
    await call(`PUT /api/v1/customers/cio_${cioId}`, { city: 'Rome' });
    expect(simulator.person('42')?.attributes).toEqual({ plan: 'pro', city: 'Rome' });
    expect(simulator.person('a+b@example.com')?.attributes).toEqual({ plan: 'free' });
  });

  it('takes a phone number in the path for an id', async () => {
    const { call, simulator } = await runningSimulator();
    await call('PUT /api/v1/customers/%2B14155552671', {});
    expect(simulator.person('+14155552671')?.identifiers).toMatchObject({ id: '+14155552671' });
  });

  it('relates and unrelates objects in an identify', async () => {
    const { call, simulator } = await runningSimulator();
    const relationships = [
      { identifiers: { object_type_id: '1', object_id: 'acme' }, relationship_attributes: { r: 1 } },
    ];
    await call('PUT /api/v1/customers/42', { cio_relationships: { action: 'add_relationships', relationships } });
    expect(simulator.person('42')).toMatchObject({
      attributes: {},
      relationships: [{ object_type_id: '1', object_id: 'acme', attributes: { r: 1 } }],
    });
    await call('PUT /api/v1/customers/42', { cio_relationships: { action: 'delete_relationships', relationships } });
    expect(simulator.person('42')?.relationships).toEqual([]);
  });

  it('records events, pages and screens, and reads any other type as event', async () => {
    const { call, simulator } = await runningSimulator();
    for (const type of ['event', 'page', 'screen', 'other', undefined]) {
      await call('POST /api/v1/customers/42/events', { name: ' seen ', type, timestamp: 1, data: { a: 1 } });
    }
    expect(simulator.person('42')?.events.map((event) => event.type)).toEqual([
      'event',
      'page',
      'screen',
      'event',
      'event',
    ]);
    expect(simulator.person('42')?.events[0]).toMatchObject({ name: 'seen', timestamp: 1, attributes: { a: 1 } });
  });

  it('hands anonymous events to the person who turns up with the anonymous id', async () => {
    const { call, simulator } = await runningSimulator();
    expect((await call('POST /api/v1/events', { name: 'looked', anonymous_id: 'a1' })).status).toBe(200);
    await call('PUT /api/v1/customers/42', { anonymous_id: 'a1' });
    await call('POST /api/v1/events', { name: 'bought', anonymous_id: 'a1' });
    expect(simulator.person('42')?.events.map(({ name }) => name)).toEqual(['looked', 'bought']);
  });

  it('takes an invitation, an event of nobody', async () => {
    const { call, simulator } = await runningSimulator();
    expect((await call('POST /api/v1/events', { name: 'invite', data: { recipient: 'a@b.c' } })).status).toBe(200);
    expect(simulator.person('a@b.c')).toBeUndefined();
  });

  it('adds and deletes devices', async () => {
    const { call, simulator } = await runningSimulator();
    const device = { id: 'tok/en', platform: 'ios', last_used: 5, attributes: { app_version: '2' } };
    await call('PUT /api/v1/customers/42/devices', { device });
    expect(simulator.person('42')?.devices).toEqual([
      { token: 'tok/en', platform: 'ios', last_used: 5, attributes: { app_version: '2' } },
    ]);
    await call('DELETE /api/v1/customers/42/devices/tok%2Fen');
    expect(simulator.person('42')?.devices).toEqual([]);
  });

  it('merges by one identifier each', async () => {
    const { call, simulator } = await runningSimulator();
    await call('PUT /api/v1/customers/1', {});
    await call('PUT /api/v1/customers/2', { plan: 'pro' });
    expect((await call('POST /api/v1/merge_customers', { primary: { id: '1' }, secondary: { id: '2' } })).status).toBe(
      200,
    );
    expect(simulator.person('1')?.attributes).toEqual({ plan: 'pro' });
    expect(simulator.person('2')).toBeUndefined();
  });

  it('submits a form with 204 and turns its fields into attributes', async () => {
    const { call, simulator } = await runningSimulator();
    const data = { email: 'a@b.c', first_name: 'Ada', form_url: 'https://x.y' };
    const reply = await call('POST /api/v1/forms/f1/submit', { data });
    expect([reply.status, reply.text]).toEqual([204, '']);
    expect(simulator.person('a@b.c')?.attributes).toEqual({ first_name: 'Ada' });
  });

  it('adds people to a manual segment and removes them, by the id type of the query', async () => {
    const { call, simulator } = await runningSimulator();
    await call('PUT /api/v1/customers/42', { email: 'a@b.c' });
    await call('POST /api/v1/segments/7/add_customers', { ids: ['42', 'nobody'] });
    expect(simulator.person('42')?.segments).toEqual(['7']);
    await call('POST /api/v1/segments/7/remove_customers?id_type=email', { ids: ['A@b.c'] });
    expect(simulator.person('42')?.segments).toEqual([]);
  });

  it('takes metrics, push events and unsubscriptions without credentials', async () => {
    const { call, simulator } = await runningSimulator();
    const open = { authorization: '', 'content-type': 'application/json' };
    const metric = { delivery_id: 'RPIL', metric: 'opened', timestamp: 1613063089 };
    const push = { delivery_id: 'RPIL', event: 'opened', device_id: 'd', timestamp: 1 };
    expect((await call('POST /api/v1/metrics', metric, open)).status).toBe(200);
    expect((await call('POST /api/v1/push/events', push, open)).status).toBe(200);
    expect((await call('POST /unsubscribe/RPILAgUBcRhI', { unsubscribe: true }, open)).status).toBe(200);
    expect(simulator.stats().byAction).toEqual({ metric: 1, event: 1, unsubscribe: 1 });
  });

  it('takes a number as id where the path has the same', async () => {
    const { call, simulator } = await runningSimulator();
    expect(await call('PUT /api/v1/customers/42', { id: 42, plan: 'pro' })).toMatchObject({ status: 200 });
    expect(simulator.person('42')?.identifiers).toMatchObject({ id: '42' });
  });

  it('answers where the account is', async () => {
    const { call } = await runningSimulator();
    const reply = await call('GET /api/v1/accounts/region');
    expect(reply.json).toEqual({ url: 'https://track.customer.io', region: 'us', environment_id: 1 });
  });

  it.each([
    ['PUT /api/v1/customers/', {}, 'id attribute cannot be an empty string'],
    ['PUT /api/v1/customers/%ff', {}, 'path is not valid percent-encoding'],
    [`PUT /api/v1/customers/${'x'.repeat(151)}`, {}, 'id attribute cannot be longer than 150 bytes'],
    ['PUT /api/v1/customers/42', '{', 'request body is not valid JSON'],
    ['PUT /api/v1/customers/42', [], 'request body must be a hash'],
    ['PUT /api/v1/customers/42', { id: 43 }, 'id attribute must be a string value'],
    ['PUT /api/v1/customers/42', manyAttributes, 'cannot identify more than 300 attributes in one request'],
    ['PUT /api/v1/customers/42', { ['x'.repeat(151)]: 1 }, 'attribute name cannot be longer than 150 bytes'],
    ['PUT /api/v1/customers/42', { x: 'y'.repeat(1001) }, "value for attribute 'x' cannot be longer than 1000 bytes"],
    ['POST /api/v1/customers/42/events', {}, 'event name must not be blank'],
    ['POST /api/v1/customers/42/events', { name: 'x'.repeat(101) }, 'event name cannot be longer than 100 bytes'],
    [
      'POST /api/v1/customers/42/events',
      { name: 'x'.repeat(500), type: 'page' },
      'event name must be less than 500 characters',
    ],
    ['POST /api/v1/customers/42/events', { name: 'x', data: 'text' }, 'event data must be a hash'],
    [
      'POST /api/v1/customers/42/events',
      { name: 'x', data: { text: 'y'.repeat(100_000) } },
      'event data cannot be longer than 100000 bytes',
    ],
    ['POST /api/v1/events', { name: 'x', anonymous_id: 7 }, 'anonymous_id attribute must be a string value'],
    ['PUT /api/v1/customers/42/devices', {}, 'device must be present and a hash'],
    ['PUT /api/v1/customers/42/devices', { device: { id: 't' } }, 'device platform must be present'],
    ['POST /api/v1/merge_customers', { primary: { id: '1' } }, 'secondary must be present and a hash'],
    [
      'POST /api/v1/merge_customers',
      { primary: { id: '1', email: 'a@b.c' }, secondary: { id: '2' } },
      'expected exactly one identifier, got id and email',
    ],
    [
      'POST /api/v1/forms/f1/submit',
      { data: { id: '1', email: 'a@b.c' } },
      'expected exactly one identifier, got id and email',
    ],
    ['POST /api/v1/forms/f1/submit', { data: { email_address: 'a@b.c' } }, 'id attribute must be present'],
    ['POST /api/v1/forms/f1/submit', { data: { email: 'a@b.c', n: 1 } }, 'form values must be formatted as strings'],
    ['POST /api/v1/segments/seven/add_customers', { ids: ['1'] }, 'segment id must be an integer'],
    ['POST /api/v1/segments/7/add_customers', { ids: [] }, 'ids must be an array of 1 to 1000 ids'],
    [
      'POST /api/v1/segments/7/add_customers',
      { ids: new Array(1001).fill('1') },
      'ids must be an array of 1 to 1000 ids',
    ],
    ['POST /api/v1/segments/7/add_customers?id_type=phone', { ids: ['1'] }, 'id_type must be id, email or cio_id'],
    ['POST /api/v1/metrics', { metric: 'opened' }, 'delivery_id must be present'],
    ['POST /unsubscribe/a%20b', { unsubscribe: true }, 'delivery id has a wrong format'],
  ] as const)('answers 400 to %s with %j', async (line, body, message) => {
    const { call, simulator } = await runningSimulator();
    const reply = await call(line, body, { 'content-type': 'application/json' });
    expect(reply.json).toEqual({ meta: { error: message } });
    expect(reply.status).toBe(400);
    expect(simulator.stats()).toMatchObject({ operations: 0, rejected: 1 });
  });

  it('answers 413 to a body of 500,000 bytes', async () => {
    const { call } = await runningSimulator();
    expect((await call('PUT /api/v1/customers/42', `{"a":"${'x'.repeat(500_000)}"}`)).status).toBe(413);
  });

  it('answers 404 to unknown paths and 405 to wrong methods', async () => {
    const { call } = await runningSimulator();
    expect((await call('GET /api/v1/nothing')).status).toBe(404);
    expect((await call('GET /api/v2/nothing')).status).toBe(404);
    expect((await call('GET /api/v1/customers/42')).status).toBe(405);
    expect((await call('GET /api/v2/batch')).status).toBe(405);
    expect((await call('POST /api/v1/accounts/region')).status).toBe(405);
  });
});
