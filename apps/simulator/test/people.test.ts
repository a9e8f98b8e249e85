import { ulid } from 'ulid';
import { describe, expect, it } from 'vitest';
import { runningSimulator } from './running-simulator.ts';

const person = (action: string, identifiers: object, rest: object = {}) => ({
  type: 'person',
  action,
  identifiers,
  ...rest,
});
const identify = (identifiers: object, attributes: object = {}, rest: object = {}) =>
  person('identify', identifiers, { attributes, ...rest });

describe('people', () => {
  it('are one for an id and an e-mail address of any case', async () => {
    const { batch, simulator } = await runningSimulator();
    await batch(
      identify({ id: '1' }, { email: 'Ada@Example.com' }),
      identify({ email: 'ADA@example.COM' }, { plan: 'pro' }),
    );
    expect(simulator.person('1')?.attributes).toMatchObject({ plan: 'pro' });
    expect(simulator.person('ada@example.com')?.identifiers).toMatchObject({ id: '1', email: 'Ada@Example.com' });
  });

  it('get the new id when they are identified by it and an e-mail address that is theirs', async () => {
    const { batch, simulator } = await runningSimulator();
    await batch(identify({ email: 'a@b.c' }, { plan: 'pro' }), identify({ id: '7' }, { email: 'a@b.c' }));
    expect(simulator.person('7')?.attributes).toMatchObject({ plan: 'pro' });
  });

  it('keep their identifiers when another claims them, and the conflict is counted', async () => {
    const { batch, simulator } = await runningSimulator();
    await batch(
      identify({ id: '1' }, { email: 'a@b.c' }),
      identify({ id: '2' }),
      identify({ id: '2' }, { email: 'a@b.c', plan: 'pro' }),
    );
    expect(simulator.person('a@b.c')?.identifiers).toMatchObject({ id: '1' });
    expect(simulator.person('2')?.attributes).toEqual({ plan: 'pro' });
    expect(simulator.stats().notApplied).toEqual({ 'identifier-conflict': 1 });
  });

  it('change their id only through cio_id', async () => {
    const { batch, simulator } = await runningSimulator();
    await batch(identify({ id: '1' }, { email: 'a@b.c' }), identify({ email: 'a@b.c' }, { id: '2' }));
    expect(simulator.person('2')).toBeUndefined();
    const cioId = simulator.person('1')?.identifiers.cio_id;
    await batch(identify({ cio_id: cioId }, { id: '2' }));
    expect(simulator.person('1')).toBeUndefined();
    expect(simulator.person('2')?.identifiers).toMatchObject({ email: 'a@b.c', cio_id: cioId });
  });

  it('are not created by _update, by an unknown cio_id, or by deleting a device', async () => {
    const { batch, simulator } = await runningSimulator();
    await batch(
      identify({ id: '1' }, { _update: true, plan: 'pro' }),
      identify({ cio_id: 'none' }, { plan: 'pro' }),
      person('event', { cio_id: 'none' }, { name: 'x' }),
      person('delete_device', { id: '1' }, { device: { token: 't' } }),
    );
    expect(simulator.person('1')).toBeUndefined();
    expect(simulator.stats().notApplied).toEqual({ 'no-such-person': 4 });
  });

  it('are updated by _update when they exist', async () => {
    const { batch, simulator } = await runningSimulator();
    await batch(identify({ id: '1' }), identify({ id: '1' }, { _update: true, plan: 'pro' }));
    expect(simulator.person('1')?.attributes).toEqual({ plan: 'pro' });
  });

  it('are created by an event or a device', async () => {
    const { batch, simulator } = await runningSimulator();
    await batch(
      person('event', { id: '1' }, { name: 'x' }),
      person('add_device', { email: 'a@b.c' }, { device: { token: 't', platform: 'android' } }),
    );
    expect(simulator.person('1')?.eventCount).toBe(1);
    expect(simulator.person('a@b.c')?.devices).toMatchObject([{ token: 't', platform: 'android' }]);
  });

  it('keep the attributes of the later timestamp, given as timestamp or as _timestamp', async () => {
    const { batch, simulator } = await runningSimulator();
    await batch(
      identify({ id: '1' }, { plan: 'new', email: 'new@b.c' }, { timestamp: 200 }),
      identify({ id: '1' }, { plan: 'old', email: 'old@b.c' }, { timestamp: 100 }),
      identify({ id: '1' }, { plan: 'older', _timestamp: 50 }),
    );
    expect(simulator.person('1')?.attributes).toEqual({ plan: 'new', email: 'new@b.c' });
    expect(simulator.person('old@b.c')).toBeUndefined();
  });

  it('record an event once for each ULID, and the repeats are counted', async () => {
    const { batch, simulator } = await runningSimulator();
    const event = person('event', { id: '1' }, { name: 'x', id: ulid() });
    await batch(event, event);
    await batch(event, { ...event, id: ulid() }, { ...event, id: 'no-ulid' }, { ...event, id: 'no-ulid' });
    expect(simulator.person('1')?.eventCount).toBe(4);
    expect(simulator.stats()).toMatchObject({ operations: 6, repeats: 2 });
  });

  it('keep as many recent events as the option says, and count all', async () => {
    const { batch, simulator } = await runningSimulator({ maxEventsPerPerson: 2 });
    await batch(...['a', 'b', 'c'].map((name) => person('event', { id: '1' }, { name })));
    expect(simulator.person('1')).toMatchObject({ events: [{ name: 'b' }, { name: 'c' }], eventCount: 3 });
  });

  it('come back fresh after a delete', async () => {
    const { batch, simulator } = await runningSimulator();
    await batch(identify({ id: '1' }, { email: 'a@b.c' }), person('delete', { email: 'a@b.c' }));
    expect(simulator.person('1')).toBeUndefined();
    await batch(identify({ id: '1' }, { plan: 'pro' }));
    expect(simulator.person('1')?.attributes).toEqual({ plan: 'pro' });
  });
});

describe('suppression', () => {
  it('deletes the person and ignores all their identifiers, still answering 200', async () => {
    const { batch, simulator } = await runningSimulator();
    await batch(identify({ id: '1' }, { email: 'a@b.c', plan: 'pro' }), person('suppress', { id: '1' }));
    const reply = await batch(
      identify({ id: '1' }, { plan: 'pro' }),
      person('event', { email: 'A@B.c' }, { name: 'x' }),
      person('add_device', { id: '1' }, { device: { token: 't', platform: 'ios' } }),
      person('delete', { id: '1' }),
    );
    expect(reply.status).toBe(200);
    expect(simulator.person('a@b.c')).toMatchObject({
      identifiers: { id: '1', email: 'a@b.c' },
      attributes: {},
      events: [],
      suppressed: true,
    });
    expect(simulator.stats().notApplied).toEqual({ suppressed: 4 });
  });

  it('blocks an identifier that nobody has yet, also among the attributes of others', async () => {
    const { batch, simulator } = await runningSimulator();
    await batch(person('suppress', { email: 'a@b.c' }), identify({ id: '1' }, { email: 'a@b.c', plan: 'pro' }));
    expect(simulator.person('1')?.attributes).toEqual({ plan: 'pro' });
    expect(simulator.person('a@b.c')?.suppressed).toBe(true);
  });

  it('ends for all identifiers with unsuppress, and nothing comes back', async () => {
    const { batch, simulator } = await runningSimulator();
    await batch(
      identify({ id: '1' }, { email: 'a@b.c', plan: 'pro' }),
      person('suppress', { id: '1' }),
      person('unsuppress', { email: 'a@b.c' }),
    );
    expect(simulator.person('1')).toBeUndefined();
    await batch(identify({ id: '1' }, { city: 'Rome' }));
    expect(simulator.person('1')).toMatchObject({ attributes: { city: 'Rome' }, suppressed: false });
  });
});

describe('merge', () => {
  const merge = (primary: object, secondary: object) => ({ type: 'person', action: 'merge', primary, secondary });

  it('copies what the primary lacks, with events and segments, and deletes the secondary', async () => {
    const { batch, call, simulator } = await runningSimulator();
    await batch(
      identify({ id: '1' }, { plan: 'pro' }),
      identify({ id: '2' }, { plan: 'free', city: 'Rome', email: 'a@b.c' }),
      person('event', { id: '2' }, { name: 'recent' }),
      person('event', { id: '2' }, { name: 'old', timestamp: 1 }),
    );
    await call('POST /api/v1/segments/7/add_customers', { ids: ['2'] });
    await batch(merge({ id: '1' }, { id: '2' }));
    expect(simulator.person('1')).toMatchObject({
      identifiers: { id: '1', email: 'a@b.c' },
      attributes: { plan: 'pro', city: 'Rome' },
      events: [{ name: 'recent' }],
      segments: ['7'],
    });
    expect(simulator.person('2')).toBeUndefined();
  });

  it('does nothing without a primary', async () => {
    const { batch, simulator } = await runningSimulator();
    await batch(identify({ id: '2' }, { plan: 'free' }), merge({ id: '1' }, { id: '2' }));
    expect(simulator.person('2')?.attributes).toEqual({ plan: 'free' });
    expect(simulator.person('1')).toBeUndefined();
  });
});

describe('objects', () => {
  const acme = { object_type_id: '1', object_id: 'acme' };
  const object = (action: string, rest: object = {}) => ({ type: 'object', action, identifiers: acme, ...rest });
  const to = (identifiers: object, role?: string) => ({
    cio_relationships: [{ identifiers, ...(role && { relationship_attributes: { role } }) }],
  });

  it('are created and updated, and null removes an attribute', async () => {
    const { batch, call } = await runningSimulator();
    await batch(
      object('identify', { attributes: { seats: 5, plan: 'pro' } }),
      object('identify', { attributes: { plan: null } }),
    );
    const reply = await call('GET /_sim/objects/1/acme');
    expect(reply.json).toMatchObject({ attributes: { seats: 5 }, people: [] });
  });

  it('are related to people from either side, and unrelated', async () => {
    const { batch, call, simulator } = await runningSimulator();
    await batch(
      object('add_relationships', to({ id: '1' }, 'admin')),
      person('add_relationships', { id: '2' }, to(acme)),
    );
    expect(simulator.person('1')?.relationships).toEqual([{ ...acme, attributes: { role: 'admin' } }]);
    const ids = [simulator.person('1'), simulator.person('2')].map((related) => related?.identifiers.cio_id);
    expect((await call('GET /_sim/objects/1/acme')).json).toMatchObject({ people: ids });
    await batch(object('delete_relationships', to({ id: '1' })), person('delete_relationships', { id: '2' }, to(acme)));
    expect((await call('GET /_sim/objects/1/acme')).json).toMatchObject({ people: [] });
  });

  it('wait for an anonymous person to be identified', async () => {
    const { batch, simulator } = await runningSimulator();
    await batch(
      object('identify_anonymous', to({ anonymous_id: 'a1' }, 'owner')),
      identify({ id: '1' }, { anonymous_id: 'a1' }),
    );
    expect(simulator.person('1')?.relationships).toEqual([{ ...acme, attributes: { role: 'owner' } }]);
  });

  it('take their relationships along when they are deleted', async () => {
    const { batch, call, simulator } = await runningSimulator();
    await batch(person('add_relationships', { id: '1' }, to(acme)), object('delete'));
    expect(simulator.person('1')?.relationships).toEqual([]);
    expect((await call('GET /_sim/objects/1/acme')).status).toBe(404);
  });
});
