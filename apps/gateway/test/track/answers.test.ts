import { gzipSync } from 'node:zlib';
import { newUlid } from '@cio-fleet/contracts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { BASIC, startTrackRig, type TrackRig, workspaceOf } from './track-rig.ts';

let rig: TrackRig;

beforeAll(async () => {
  rig = await startTrackRig({ redisUrl: inject('redisUrl') });
});
afterAll(() => rig.stop());

/** The operations that a call leaves at the intake. */
async function operationsOf(call: () => Promise<unknown>): Promise<readonly unknown[]> {
  const before = rig.taken.length;
  await call();
  return rig.taken.slice(before).map(({ operation }) => operation);
}

const person = (action: string, rest: object = {}, identifiers: object = { id: '42' }) => ({
  type: 'person',
  action,
  identifiers,
  ...rest,
});

describe('v1 answers 200 {} and takes', () => {
  const device = { token: 'tok', platform: 'ios', last_used: 1_700_000_000, attributes: { app: '2' } };
  const calls: readonly [string, string, unknown, object[]][] = [
    ['PUT', '/customers/42', { plan: 'pro' }, [person('identify', { attributes: { plan: 'pro' } })]],
    [
      'PUT',
      '/customers/42',
      { plan: 'pro', _timestamp: 1_700_000_000, _update: true },
      [person('identify', { attributes: { plan: 'pro', _update: true }, timestamp: 1_700_000_000 })],
    ],
    ['DELETE', '/customers/42', undefined, [person('delete')]],
    ['DELETE', '/customers/42/', {}, [person('delete')]],
    [
      'POST',
      '/customers/42/events',
      { name: 'Order', data: { n: 1 }, timestamp: 1_700_000_000 },
      [person('event', { name: 'Order', attributes: { n: 1 }, timestamp: 1_700_000_000 })],
    ],
    ['POST', '/customers/42/events', { type: 'page', name: '/x' }, [person('page', { name: '/x' })]],
    ['POST', '/customers/42/events', { type: 'screen', name: 'Home' }, [person('screen', { name: 'Home' })]],
    [
      'POST',
      '/events',
      { name: 'Viewed', anonymous_id: 'anon' },
      [person('event', { name: 'Viewed' }, { anonymous_id: 'anon' })],
    ],
    [
      'PUT',
      '/customers/42/devices',
      { device: { id: 'tok', platform: 'ios', last_used: 1_700_000_000, attributes: { app: '2' }, other: 1 } },
      [person('add_device', { device })],
    ],
    ['DELETE', '/customers/42/devices/a%2Fb', undefined, [person('delete_device', { device: { token: 'a/b' } })]],
    ['POST', '/customers/42/suppress', {}, [person('suppress')]],
    ['POST', '/customers/42/unsuppress', undefined, [person('unsuppress')]],
    [
      'POST',
      '/merge_customers',
      { primary: { id: '42' }, secondary: { email: 'old@example.com' } },
      [{ type: 'person', action: 'merge', primary: { id: '42' }, secondary: { email: 'old@example.com' } }],
    ],
    [
      'POST',
      '/segments/7/add_customers?id_type=email',
      { ids: ['a@example.com', 'b@example.com'] },
      [
        { type: 'segment', action: 'add_person', identifiers: { segment_id: '7' }, person: { email: 'a@example.com' } },
        { type: 'segment', action: 'add_person', identifiers: { segment_id: '7' }, person: { email: 'b@example.com' } },
      ],
    ],
    [
      'POST',
      '/segments/7/remove_customers',
      { ids: ['42'] },
      [{ type: 'segment', action: 'remove_person', identifiers: { segment_id: '7' }, person: { id: '42' } }],
    ],
  ];

  it.each(calls)('%s %s: %j', async (method, path, body, expected) => {
    const operations = await operationsOf(async () => {
      const reply = await rig.call(method, `/api/v1${path}`, body);
      expect(reply).toMatchObject({ status: 200, text: '{}\n' });
      expect(reply.headers.get('content-type')).toBe('application/json');
    });
    expect(operations).toEqual(expected);
  });

  it('a form with 204 and nothing', async () => {
    const data = { email: 'ada@example.com', plan: 'pro' };
    const operations = await operationsOf(async () => {
      const reply = await rig.call('POST', '/api/v1/forms/f1/submit', { data });
      expect(reply).toMatchObject({ status: 204, text: '' });
    });
    expect(operations).toEqual([{ type: 'form', action: 'submit', identifiers: { form_id: 'f1' }, data }]);
  });

  it.each([
    ['/api/v1/metrics', { delivery_id: 'd1', metric: 'clicked', timestamp: 1_700_000_000 }],
    ['/api/v1/push/events', { delivery_id: 'd1', event: 'opened', device_id: 'tok', timestamp: 1_700_000_000 }],
    ['/push/events', { delivery_id: 'd1', event: 'opened', device_id: 'tok', timestamp: 1_700_000_000 }],
    ['/unsubscribe/d1', { unsubscribe: true }],
  ])('%s without credentials', async (path, body) => {
    const operations = await operationsOf(async () => {
      expect(await rig.call('POST', path, body, {})).toMatchObject({ status: 200, text: '{}\n' });
    });
    expect(operations).toMatchObject([{ type: 'delivery', identifiers: { id: 'd1' } }]);
  });

  it('the region with the address that the client reached', async () => {
    const reply = await rig.call('GET', '/api/v1/accounts/region');
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.text)).toEqual({ url: rig.url, region: 'us', environment_id: 1 });
  });
});

describe('the identifier in a v1 path', () => {
  it.each([
    ['42', { id: '42' }],
    ['a%2Fb%3Fc%23d%25', { id: 'a/b?c#d%' }],
    ['J%C3%BCrgen%20%2B1', { id: 'Jürgen +1' }],
    ['ada%40example.com', { email: 'ada@example.com' }],
    ['ada+b@example.com', { email: 'ada+b@example.com' }],
    ['cio_d9c106000001', { cio_id: 'd9c106000001' }],
    ['%2B4930123456', { id: '+4930123456' }],
  ])('%s is read as %j', async (segment, identifiers) => {
    const operations = await operationsOf(() => rig.call('POST', `/api/v1/customers/${segment}/suppress`, {}));
    expect(operations).toEqual([person('suppress', {}, identifiers)]);
  });

  it.each(['%', '%zz', '%E0%A4%A', '%00', '%20', 'a'.repeat(151)])(
    'number %# of broken ones is refused',
    async (segment) => {
      const reply = await rig.call('PUT', `/api/v1/customers/${segment}`, {});
      expect(reply.status).toBe(400);
      expect(JSON.parse(reply.text)).toEqual({ meta: { error: expect.any(String) } });
    },
  );
});

describe('v1 refuses in the words of Customer.io', () => {
  const many = Object.fromEntries(Array.from({ length: 301 }, (_, index) => [`a${index}`, 1]));
  const refusals: readonly (readonly [string, string, unknown, string])[] = [
    ['PUT', '/customers/', {}, 'id attribute cannot be an empty string'],
    ['PUT', '/customers/42', { id: 43 }, 'id attribute must be a string value'],
    ['PUT', '/customers/42', many, 'cannot identify more than 300 attributes in one request'],
    ['PUT', '/customers/42', { ['n'.repeat(151)]: 1 }, 'attribute name cannot be longer than 150 bytes'],
    [
      'PUT',
      '/customers/42',
      { 'plan.name': 'x'.repeat(1001) },
      "value for attribute 'plan.name' cannot be longer than 1000 bytes",
    ],
    ['PUT', '/customers/42', [], 'request body must be a hash'],
    ['PUT', '/customers/42', '{"a":', 'request body is not valid JSON'],
    ['POST', '/customers/42/events', {}, 'event name must not be blank'],
    ['POST', '/customers/42/events', { name: ' ' }, 'event name must not be blank'],
    ['POST', '/customers/42/events', { name: 'n'.repeat(101) }, 'event name cannot be longer than 100 bytes'],
    [
      'POST',
      '/customers/42/events',
      { type: 'page', name: 'n'.repeat(500) },
      'event name must be less than 500 characters',
    ],
    ['POST', '/customers/42/events', { name: 'Order', data: [1] }, 'event data must be a hash'],
    ['POST', '/merge_customers', { primary: { id: '1' } }, 'id attribute must be present'],
  ];
  const rows = refusals.map(([method, path, body, error]) => [method, path, error, body] as const);
  it.each(rows)('%s %s: %s (%#)', async (method, path, error, body) => {
    const reply = await rig.call(method, `/api/v1${path}`, body);
    expect(reply).toMatchObject({ status: 400, text: `${JSON.stringify({ meta: { error } })}\n` });
  });
});

describe('what Customer.io ignores or reads, too', () => {
  const acme = { object_type_id: '1', object_id: 'acme' };
  const loose = { identifiers: acme, relationship_attributes: null, note: 1 };

  it('a number as id of an identify is taken where the path has the same', async () => {
    const operations = await operationsOf(async () => {
      expect(await rig.call('PUT', '/api/v1/customers/5', { id: 5, plan: 'pro' })).toMatchObject({ status: 200 });
    });
    expect(operations).toEqual([person('identify', { attributes: { id: '5', plan: 'pro' } }, { id: '5' })]);
  });

  it('nulls and unknown members of relationships and devices are left out, in both versions', async () => {
    const device = { platform: 'ios', last_used: null, attributes: { app: '2', locale: null } };
    const known = [{ identifiers: acme }];
    const calls: readonly (readonly [string, string, object])[] = [
      ['POST', '/api/v2/entity', person('add_relationships', { cio_relationships: [loose] })],
      ['POST', '/api/v2/entity', person('add_device', { device: { token: 't', ...device } })],
      ['PUT', '/api/v1/customers/42/devices', { device: { id: 't', ...device } }],
      [
        'PUT',
        '/api/v1/customers/42',
        { cio_relationships: { action: 'delete_relationships', relationships: [loose] } },
      ],
    ];
    const operations = await operationsOf(async () => {
      for (const [method, path, body] of calls) {
        expect(await rig.call(method, path, body)).toMatchObject({ status: 200 });
      }
    });
    const added = person('add_device', { device: { token: 't', platform: 'ios', attributes: { app: '2' } } });
    expect(operations).toMatchObject([
      person('add_relationships', { cio_relationships: known }),
      added,
      added,
      { action: 'identify' },
      person('delete_relationships', { cio_relationships: known }),
    ]);
  });
});

describe('a request to the wrong door', () => {
  it.each([
    ['GET', '/api/v1/nothing', 404],
    ['POST', '/api/v2/nothing', 404],
    ['GET', '/api/v1/customers/42', 405],
    ['GET', '/api/v2/batch', 405],
    ['POST', '/api/v1/accounts/region', 405],
  ])('%s %s is answered %i', async (method, path, status) => {
    expect(await rig.call(method, path)).toMatchObject({ status });
  });

  it('names the methods that there are', async () => {
    const reply = await rig.call('PATCH', '/api/v1/customers/42', {});
    expect(reply.headers.get('allow')).toBe('PUT, DELETE, OPTIONS');
    const options = await rig.call('OPTIONS', '/api/v1/customers/42');
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'PUT, DELETE, OPTIONS']);
    expect(options.headers.has('access-control-allow-origin')).toBe(false);
  });

  it('has no body in the answer to HEAD', async () => {
    expect(await rig.call('HEAD', '/api/v1/accounts/region')).toMatchObject({ status: 200, text: '' });
  });

  it.each([{}, { authorization: 'Basic bm90OnJpZ2h0' }, { authorization: 'Bearer x' }])(
    'with %j gets 401',
    async (headers) => {
      const v1 = await rig.call('PUT', '/api/v1/customers/42', {}, headers);
      expect(v1).toMatchObject({ status: 401, text: '{"meta":{"error":"Unauthorized request"}}\n' });
      expect(v1.headers.get('www-authenticate')).toMatch(/^Basic /);
      const v2 = await rig.call('POST', '/api/v2/batch', { batch: [] }, headers);
      expect(v2.status).toBe(401);
      expect(JSON.parse(v2.text).errors).toHaveLength(1);
    },
  );
});

describe('v2', () => {
  const event = (n: number) => person('event', { name: 'Order', attributes: { n } });

  it('takes an entity', async () => {
    const operations = await operationsOf(async () => {
      expect(await rig.call('POST', '/api/v2/entity', event(1))).toMatchObject({ status: 200, text: '{}\n' });
    });
    expect(operations).toEqual([event(1)]);
  });

  it('refuses an entity with reason, field and message', async () => {
    const reply = await rig.call('POST', '/api/v2/entity', person('event', {}));
    expect(reply).toMatchObject({ status: 400 });
    expect(JSON.parse(reply.text)).toEqual({
      errors: [{ reason: 'required', field: 'name', message: 'event name must not be blank' }],
    });
  });

  it('takes what is valid of a mixed batch and lists the rest by position', async () => {
    const batch = [
      event(0),
      person('identify', { attributes: { plan: 'x'.repeat(1001) } }),
      { type: 'object', action: 'identify', identifiers: { object_type_id: '1', object_id: 'acme' } },
      'no operation',
      {
        type: 'delivery',
        action: 'event',
        identifiers: { id: 'd1' },
        name: 'opened',
        attributes: { device_token: 't' },
      },
      person('event', { name: 'n', attributes: { data: 'x'.repeat(33_000) } }),
      person('dance'),
      { type: 'form', action: 'submit', identifiers: { form_id: '1' }, data: { id: '1' } },
      person('suppress', {}, { id: 42 }),
      event(9),
    ];
    const operations = await operationsOf(async () => {
      const reply = await rig.call('POST', '/api/v2/batch', { batch });
      expect(reply.status).toBe(207);
      const { errors } = JSON.parse(reply.text) as {
        errors: { batch_index: number; field: string; message: string }[];
      };
      expect(errors.map(({ batch_index, field }) => [batch_index, field])).toEqual([
        [1, 'attributes.plan'],
        [3, ''],
        [5, 'attributes.data'],
        [6, 'action'],
        [7, 'type'],
        [8, 'identifiers.id'],
      ]);
      expect(errors[0]?.message).toBe("value for attribute 'plan' cannot be longer than 1000 bytes");
      expect(errors[5]?.message).toBe('id attribute must be a string value');
    });
    // What the intake refuses went there, too.
    expect(operations).toHaveLength(6);
  });

  it.each([[{}], [{ batch: 'x' }], [{ batch: [] }], ['[]'], ['null'], ['{"batch":[']])(
    'refuses %j whole',
    async (body) => {
      const reply = await rig.call('POST', '/api/v2/batch', body);
      expect(reply.status).toBe(400);
      expect(JSON.parse(reply.text).errors).toHaveLength(1);
    },
  );

  it('leaves out members that Customer.io ignores, and nulls', async () => {
    const operation = { ...event(1), timestamp: null, created: 1, data: {}, __proto__: null };
    const operations = await operationsOf(() => rig.call('POST', '/api/v2/entity', operation));
    expect(operations).toEqual([event(1)]);
  });

  it('keeps the id of an event that is a ULID, and makes any other the idempotency key', async () => {
    const id = newUlid();
    const operations = await operationsOf(async () => {
      await rig.call('POST', '/api/v2/batch', {
        batch: [
          { ...event(1), id },
          { ...event(2), id: 'order-7' },
        ],
      });
      await rig.call('POST', '/api/v1/customers/42/events', { name: 'Order', id });
    });
    expect(operations).toMatchObject([{ id }, { idempotencyKey: expect.stringContaining('event-id:') }, { id }]);
    expect(operations[1]).not.toHaveProperty('id');
  });

  it('answers 413 to more than 32 KB for an entity, and to 500 KB for a batch', async () => {
    const entity = await rig.call('POST', '/api/v2/entity', `"${'x'.repeat(32 * 1024)}"`);
    const batch = await rig.call('POST', '/api/v2/batch', `"${'x'.repeat(499_998)}"`);
    expect([entity.status, batch.status]).toEqual([413, 413]);
  });

  it('reads a body that is compressed', async () => {
    const response = await fetch(`${rig.url}/api/v2/entity`, {
      method: 'POST',
      headers: { authorization: BASIC, 'content-encoding': 'gzip' },
      body: gzipSync(JSON.stringify(event(1))),
    });
    expect({ status: response.status, text: await response.text() }).toEqual({ status: 200, text: '{}\n' });
  });
});

describe('headers', () => {
  it('give operations their trace, session and idempotency key', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const headers = {
      authorization: BASIC,
      traceparent,
      'x-request-id': 'unused',
      'x-session-id': 's-1',
      'idempotency-key': 'k-1',
    };
    const [one, ...two] = await operationsOf(async () => {
      await rig.call('POST', '/api/v1/customers/42/suppress', {}, headers);
      await rig.call('POST', '/api/v2/batch', { batch: [person('delete'), person('suppress')] }, headers);
    });
    expect(one).toMatchObject({ traceId: traceparent, sessionId: 's-1', idempotencyKey: 'k-1' });
    expect(two).toMatchObject([{ idempotencyKey: 'k-1:0' }, { idempotencyKey: 'k-1:1' }]);
  });

  it('that make no good label are left out', async () => {
    const headers = { authorization: BASIC, traceparent: '00-zz', 'x-request-id': 'has blanks' };
    const [operation] = await operationsOf(() => rig.call('POST', '/api/v1/customers/42/suppress', {}, headers));
    expect(operation).toEqual(person('suppress'));
  });
});

it('names the source of a key over whatever an operation says', async () => {
  const key = { source: 'shop', siteId: 'shop-site', apiKey: 'shop-key' };
  const other = await startTrackRig({
    redisUrl: inject('redisUrl'),
    workspaces: [
      workspaceOf('several-a', { gatewayKeys: [key] }),
      workspaceOf('several-b', { siteId: 'b', region: 'eu' }),
    ],
    publicUrl: 'https://events.example.com',
  });
  const authorization = `Basic ${Buffer.from('shop-site:shop-key').toString('base64')}`;
  await other.call('POST', '/api/v2/entity', { ...person('suppress'), source: 'forged' }, { authorization });
  expect(other.taken).toMatchObject([{ caller: { workspace: 'several-a' }, operation: { source: 'shop' } }]);

  const region = await other.call('GET', '/api/v1/accounts/region', undefined, {
    authorization: `Basic ${Buffer.from('b:demo-key').toString('base64')}`,
  });
  expect(JSON.parse(region.text)).toEqual({ url: 'https://events.example.com', region: 'eu', environment_id: 2 });
  await other.stop();
});

it('asks which workspace a call without credentials is for, where there are several', async () => {
  const workspaces = [workspaceOf('open-a'), workspaceOf('open-b', { siteId: 'b' })];
  const other = await startTrackRig({ redisUrl: inject('redisUrl'), workspaces });
  const body = { delivery_id: 'd1', metric: 'opened' };
  expect(await other.call('POST', '/api/v1/metrics', body, {})).toMatchObject({ status: 400 });
  expect(await other.call('POST', '/api/v1/metrics?workspace=nope', body, {})).toMatchObject({ status: 400 });
  expect(await other.call('POST', '/api/v1/metrics?workspace=open-b', body, {})).toMatchObject({ status: 200 });
  expect(await other.call('POST', '/api/v1/metrics', body)).toMatchObject({ status: 200 });
  // A key that was revoked, or mistyped, must not report into another workspace.
  const wrong = { authorization: `Basic ${Buffer.from('b:revoked').toString('base64')}` };
  expect(await other.call('POST', '/api/v1/metrics', body, wrong)).toMatchObject({ status: 401 });
  expect(other.taken.map(({ caller }) => caller.workspace)).toEqual(['open-b', 'open-a']);
  await other.stop();
});
