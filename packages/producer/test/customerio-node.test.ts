import { freePort, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import * as original from 'customerio-node';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { RegionEU, RegionUS, TrackClient } from '../src/customerio-node/index.ts';
import { QueueContents } from './queue-contents.ts';

const redisUrl = inject('redisUrl');
const workspace = uniqueWorkspace('drop-in');
const contents = new QueueContents(redisUrl, workspace);
const warnings: Error[] = [];
let cio: TrackClient;

beforeAll(() => {
  process.on('warning', (warning) => warnings.push(warning));
  process.env.REDIS_URL = redisUrl;
  process.env.CIO_FLEET_WORKSPACE = workspace;
  cio = new TrackClient('site', 'key', { region: RegionEU });
});

afterAll(async () => {
  await cio.close();
  contents.close();
});

/** What the lanes hold of `person` after `call`. */
async function opsOf(call: () => Promise<unknown>): Promise<readonly unknown[]> {
  const before = new Set((await contents.operations()).map(({ id }) => id));
  expect(await call()).toEqual({});
  return (await contents.operations()).filter(({ id }) => !before.has(id)).map(({ op }) => op);
}

const person = (action: string, rest: object = {}) => ({
  type: 'person',
  action,
  identifiers: { id: '42' },
  ...rest,
});

it('enqueues every method that has a form in v2', async () => {
  expect(await opsOf(() => cio.identify(42, { plan: 'pro', at: new Date(0), gone: undefined }))).toEqual([
    person('identify', { attributes: { plan: 'pro', at: '1970-01-01T00:00:00.000Z' } }),
  ]);
  expect(await opsOf(() => cio.track('42', { name: 'Order', data: { n: 1 }, timestamp: 1_700_000_000 }))).toEqual([
    person('event', { name: 'Order', attributes: { n: 1 }, timestamp: 1_700_000_000 }),
  ]);
  expect(await opsOf(() => cio.trackPageView('42', '/pricing'))).toEqual([person('page', { name: '/pricing' })]);
  expect(await opsOf(() => cio.trackAnonymous('anon', { name: 'Viewed' }))).toEqual([
    { type: 'person', action: 'event', identifiers: { anonymous_id: 'anon' }, name: 'Viewed' },
  ]);
  expect(await opsOf(() => cio.addDevice('42', 'tok', 'ios', { last_used: 1_700_000_000, app_version: '2' }))).toEqual([
    person('add_device', {
      device: { token: 'tok', platform: 'ios', last_used: 1_700_000_000, attributes: { app_version: '2' } },
    }),
  ]);
  expect(await opsOf(() => cio.deleteDevice('42', 'tok'))).toEqual([
    person('delete_device', { device: { token: 'tok' } }),
  ]);
  expect(await opsOf(() => cio.mergeCustomers('id', '42', 'email', 'old@example.com'))).toEqual([
    { type: 'person', action: 'merge', primary: { id: '42' }, secondary: { email: 'old@example.com' } },
  ]);
  expect(await opsOf(() => cio.entity(person('suppress')))).toEqual([person('suppress')]);
  expect(await opsOf(() => cio.unsuppress('42'))).toEqual([person('unsuppress')]);
  expect(await opsOf(() => cio.suppress('42'))).toEqual([person('suppress')]);
  expect(await opsOf(() => cio.destroy('42'))).toEqual([person('delete')]);
  const push = { delivery_id: 'D', event: 'opened', device_id: 'tok', timestamp: 1_700_000_000 } as const;
  const opened = { type: 'delivery', action: 'event', identifiers: { id: 'D' }, name: 'opened' };
  expect(await opsOf(() => cio.trackPush(push))).toEqual([
    { ...opened, timestamp: 1_700_000_000, attributes: { device_token: 'tok' } },
  ]);
});

it('enqueues every method that only v1 has an endpoint for', async () => {
  const delivery = (action: string, rest: object = {}) => ({
    type: 'delivery',
    action,
    identifiers: { id: 'D' },
    ...rest,
  });
  expect(await opsOf(() => cio.reportMetric({ delivery_id: 'D', metric: 'bounced', reason: 'full' }))).toEqual([
    delivery('metric', { name: 'bounced', reason: 'full' }),
  ]);
  expect(await opsOf(() => cio.unsubscribe('D'))).toEqual([delivery('unsubscribe')]);
  expect(await opsOf(() => cio.unsubscribe('D', false))).toEqual([delivery('resubscribe')]);
  expect(await opsOf(() => cio.submitForm('signup', { email: 'ada@example.com', plan: 'pro' }))).toEqual([
    {
      type: 'form',
      action: 'submit',
      identifiers: { form_id: 'signup' },
      data: { email: 'ada@example.com', plan: 'pro' },
    },
  ]);
  const change = (action: string, who: object) => ({
    type: 'segment',
    action,
    identifiers: { segment_id: '7' },
    person: who,
  });
  const added = await opsOf(() => cio.addCustomersToSegment(7, ['42', 43]));
  expect(added).toHaveLength(2);
  expect(added).toEqual(
    expect.arrayContaining([change('add_person', { id: '42' }), change('add_person', { id: '43' })]),
  );
  expect(await opsOf(() => cio.removeCustomersFromSegment(7, ['a@b.c', 'nobody'], 'email'))).toEqual([
    change('remove_person', { email: 'a@b.c' }),
  ]);
  const invite = { name: 'invite', data: { recipient: 'eve@example.com' } };
  expect(await opsOf(() => cio.trackAnonymous('', invite))).toEqual([
    { type: 'invite', action: 'event', name: 'invite', attributes: { recipient: 'eve@example.com' } },
  ]);
});

it.each([
  ['FIELD_TYPE', () => cio.submitForm('f', { email: 'a@example.com', age: 42 })],
  ['IDENTIFIER_MISSING', () => cio.submitForm('f', { name: 'Ada' })],
  ['DELIVERY_METRIC_UNKNOWN', () => cio.reportMetric({ delivery_id: 'D', metric: 'sent' })],
  ['FIELD_TYPE', () => cio.addCustomersToSegment(7, new Array<string>(1_001).fill('42'))],
  ['IDENTIFIER_FORMAT', () => cio.addCustomersToSegment('seven', ['42'])],
])('rejects with %s what the endpoint of v1 would refuse', async (code, call) => {
  await expect(call()).rejects.toMatchObject({ name: 'EnqueueRejection', code });
});

it('answers a batch as Customer.io does: refused operations are listed, the rest is taken', async () => {
  expect(await cio.batch([person('delete'), { type: 'person' }])).toEqual({
    errors: [{ batch_index: 1, reason: 'invalid', field: 'action', message: expect.any(String) }],
  });
  expect(await opsOf(() => cio.batch([person('delete'), person('suppress')]))).toHaveLength(2);
});

it('rejects with a code what Customer.io would refuse', async () => {
  await expect(cio.track('42', { name: 'x'.repeat(200) })).rejects.toMatchObject({
    name: 'EnqueueRejection',
    code: 'EVENT_NAME_TOO_LONG',
  });
  await expect(cio.track('42', { name: 'x', data: { big: 10n } })).rejects.toMatchObject({
    code: 'OPERATION_UNREADABLE',
  });
});

it('rejects with CALL_UNSUPPORTED what asks for an answer', async () => {
  await expect(cio.getAccountRegion()).rejects.toMatchObject({ code: 'CALL_UNSUPPORTED' });
});

it('rejects with ENQUEUE_TIMEOUT and retained while Redis is away', async () => {
  process.env.REDIS_URL = `redis://127.0.0.1:${await freePort()}`;
  const away = new TrackClient('site', 'key');
  process.env.REDIS_URL = redisUrl;
  await expect(away.identify('42')).rejects.toMatchObject({ code: 'ENQUEUE_TIMEOUT', retained: true });
  expect(await away.close({ timeoutMs: 10 })).toEqual({ ok: false, pending: 1 });
});

it('shares one connection among clients of the same Redis and workspace', async () => {
  const other = new TrackClient('other-site', 'other-key', { region: RegionUS });
  await Promise.all([cio.identify('1'), other.identify('2')]);
  const clients = String(await contents.redis.client('LIST'));
  expect(clients.split(`cio-fleet:${workspace}:producer`)).toHaveLength(2);
});

it('warns once per process that credentials and region are ignored', async () => {
  await waitFor(() => warnings.length > 0);
  expect(warnings.filter((warning) => (warning as NodeJS.ErrnoException).code === 'CREDENTIALS_IGNORED')).toHaveLength(
    1,
  );
});

it("takes customerio-node's regions, and refuses what is none with its words", () => {
  expect(() => new TrackClient('s', 'k', { region: original.RegionEU })).not.toThrow();
  expect(RegionEU).toBeInstanceOf(original.Region);
  const wrong = { region: 'eu' } as never;
  expect(outcome(() => new TrackClient('s', 'k', wrong))).toEqual(
    outcome(() => new original.TrackClient('s', 'k', wrong)),
  );
});

it('has every method of customerio-node', () => {
  const methods = (prototype: object) => Object.getOwnPropertyNames(prototype);
  expect(methods(TrackClient.prototype)).toEqual(expect.arrayContaining(methods(original.TrackClient.prototype)));
});

/** What a call throws synchronously. */
function outcome(call: () => unknown): string {
  try {
    const answer = call();
    if (answer instanceof Promise) answer.catch(() => undefined);
    return 'returns';
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

const MISSING = [undefined, null, '', '  ', Number.NaN, {}, []];
const CALLS: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  identify: MISSING.map((id) => [id]),
  destroy: MISSING.map((id) => [id]),
  suppress: MISSING.map((id) => [id]),
  unsuppress: MISSING.map((id) => [id]),
  track: [...MISSING.map((id) => [id, { name: 'x' }]), ...MISSING.map((name) => ['1', { name }]), ['1'], ['1', null]],
  trackAnonymous: [...MISSING.map((name) => ['1', { name }]), ['1'], ['1', null]],
  trackPageView: [...MISSING.map((id) => [id, '/']), ...MISSING.map((path) => ['1', path])],
  addDevice: [
    ...MISSING.map((id) => [id, 't', 'ios']),
    ...MISSING.map((token) => ['1', token, 'ios']),
    ...MISSING.map((platform) => ['1', 't', platform]),
  ],
  deleteDevice: [...MISSING.map((id) => [id, 't']), ...MISSING.map((token) => ['1', token])],
  mergeCustomers: [
    ...MISSING.map((id) => ['id', id, 'id', '2']),
    ...MISSING.map((id) => ['id', '1', 'email', id]),
    ['phone', '1', 'id', '2'],
    ['id', '1', undefined, '2'],
  ],
  batch: [...MISSING.map((operations) => [operations]), ['text']],
  entity: [...MISSING.map((operation) => [operation]), [[1]], ['text']],
  addCustomersToSegment: [...MISSING.map((id) => [id, ['1']]), ...MISSING.map((ids) => [1, ids]), [1, ['1'], 'phone']],
  removeCustomersFromSegment: [...MISSING.map((id) => [id, ['1']]), [1, []], [1, ['1'], 'phone']],
  submitForm: [...MISSING.map((id) => [id, { a: 1 }]), ['f'], ['f', {}], ['f', null], ['f', 'text']],
  reportMetric: [...MISSING.map((id) => [{ delivery_id: id }]), [], [null]],
  unsubscribe: MISSING.map((id) => [id]),
};

it.each(Object.entries(CALLS))("%s throws customerio-node's own argument errors", async (method, calls) => {
  const url = `http://127.0.0.1:${await freePort()}/api/v1`;
  const theirs = new original.TrackClient('s', 'k', { url, retry: { maxRetries: 0 } });
  const callOf = (client: object, args: readonly unknown[]) => () =>
    Reflect.apply(Reflect.get(client, method) as () => unknown, client, args);
  for (const args of calls) expect(outcome(callOf(cio, args))).toBe(outcome(callOf(theirs, args)));
});
