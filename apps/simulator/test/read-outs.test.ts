import { describe, expect, it } from 'vitest';
import type { Arrival } from '../src/index.ts';
import { runningSimulator } from './running-simulator.ts';

const event = (name: string) => ({ type: 'person', action: 'event', identifiers: { id: '42' }, name });

describe('the read-outs', () => {
  it('count requests, answers, operations, actions and repeats', async () => {
    const { batch, call } = await runningSimulator();
    const repeated = { ...event('a'), id: '01HB4HBDKTFWYZCK01DMRSWRFD' };
    await batch(repeated, repeated, { ...event('a'), action: 'page' }, 'nonsense');
    await call('PUT /api/v1/customers/42', {});
    await call('PUT /api/v1/customers/42', {}, { authorization: '' });
    expect((await call('GET /_sim/stats')).json).toEqual({
      requests: 3,
      byStatus: { 200: 1, 207: 1, 401: 1 },
      operations: 4,
      byAction: { event: 2, page: 1, identify: 1 },
      repeats: 1,
      notApplied: {},
      rejected: 1,
    });
  });

  it('show a person by id, e-mail address of any case, and cio_id', async () => {
    const { call } = await runningSimulator();
    await call('PUT /api/v1/customers/4%2F2', { email: 'a@b.c', plan: 'pro' });
    const byId = (await call('GET /_sim/people/4%2F2')).json as { identifiers: { cio_id: string } };
    expect(byId).toEqual({
      identifiers: { id: '4/2', email: 'a@b.c', cio_id: expect.any(String) },
      attributes: { email: 'a@b.c', plan: 'pro' },
      devices: [],
      events: [],
      eventCount: 0,
      relationships: [],
      segments: [],
      suppressed: false,
    });
    expect((await call('GET /_sim/people/A@B.C')).json).toEqual(byId);
    expect((await call(`GET /_sim/people/${byId.identifiers.cio_id}`)).json).toEqual(byId);
    expect((await call(`GET /_sim/people/cio_${byId.identifiers.cio_id}`)).json).toEqual(byId);
    expect((await call('GET /_sim/people/4%2F2?workspace=demo-site')).json).toEqual(byId);
    expect((await call('GET /_sim/people/4%2F2?workspace=other')).status).toBe(404);
    expect((await call('GET /_sim/people/nobody')).status).toBe(404);
  });

  it('forget people, counts and arrivals with DELETE /_sim/state, but not the faults', async () => {
    const { batch, call, simulator } = await runningSimulator();
    simulator.setFaults({ latencyMs: 1 });
    await batch(event('a'));
    expect((await call('DELETE /_sim/state')).status).toBe(204);
    expect(simulator.person('42')).toBeUndefined();
    expect(simulator.stats()).toMatchObject({ requests: 0, operations: 0 });
    expect(simulator.arrivals()).toEqual([]);
    expect(simulator.faults()).toEqual({ latencyMs: 1 });
  });

  it('list the last arrivals in order, a page after a sequence, and a line each as NDJSON', async () => {
    const { batch, call } = await runningSimulator({ maxArrivals: 3 });
    await batch(event('a'), event('b'));
    await batch(event('c'), event('d'));
    const read = async (query: string) => {
      const { sequence, arrivals } = (await call(`GET /_sim/arrivals${query}`)).json as {
        sequence: number;
        arrivals: Arrival[];
      };
      return [sequence, arrivals.map(({ operation }) => operation.name).join('')];
    };
    expect(await read('')).toEqual([4, 'bcd']);
    expect(await read('?limit=2')).toEqual([4, 'cd']);
    expect(await read('?after=2')).toEqual([4, 'cd']);
    expect(await read('?after=2&limit=1')).toEqual([4, 'c']);
    expect(await read('?after=9')).toEqual([4, '']);
    const ndjson = await call('GET /_sim/arrivals', undefined, { accept: 'application/x-ndjson' });
    expect(
      ndjson.text
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as Arrival).sequence),
    ).toEqual([2, 3, 4]);
  });

  it('tell listeners of every accepted operation, in order and before the answer', async () => {
    const { batch, call, simulator } = await runningSimulator();
    const heard: Arrival[] = [];
    const stop = simulator.onOperation((arrival) => heard.push(arrival));
    const repeated = { ...event('b'), id: '01HB4HBDKTFWYZCK01DMRSWRFD' };
    await batch(event('a'), repeated, repeated, 'nonsense');
    await call('PUT /api/v1/customers/1', { plan: 'pro' });
    stop();
    await batch(event('late'));
    expect(
      heard.map(({ sequence, siteId, request, repeat, outcome }) => ({ sequence, siteId, request, repeat, outcome })),
    ).toEqual([
      { sequence: 1, siteId: 'demo-site', request: 1, repeat: false, outcome: 'applied' },
      { sequence: 2, siteId: 'demo-site', request: 1, repeat: false, outcome: 'applied' },
      { sequence: 3, siteId: 'demo-site', request: 1, repeat: true, outcome: 'repeat' },
      { sequence: 4, siteId: 'demo-site', request: 2, repeat: false, outcome: 'applied' },
    ]);
    expect(heard[3]?.operation).toEqual({
      type: 'person',
      action: 'identify',
      identifiers: { id: '1' },
      attributes: { plan: 'pro' },
    });
    expect(heard[0]?.receivedAt).toBeGreaterThan(Date.now() - 60_000);
  });

  it('serve health and metrics', async () => {
    const { batch, call } = await runningSimulator();
    await batch(event('a'));
    expect((await call('GET /livez')).status).toBe(200);
    expect((await call('GET /readyz')).json).toEqual({ ready: true, checks: {} });
    const metrics = (await call('GET /metrics')).text;
    expect(metrics).toContain('cio_fleet_simulator_operations{action="event"} 1');
    expect(metrics).toContain('cio_fleet_simulator_requests{status="200"} 1');
  });

  it('answer 404 and 405 with what there is', async () => {
    const { call } = await runningSimulator();
    expect(await call('GET /_sim/nothing')).toMatchObject({ status: 404, json: { error: { code: 'NOT_FOUND' } } });
    expect(await call('GET /elsewhere')).toMatchObject({ status: 404 });
    const reply = await call('PUT /_sim/faults', {});
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET, POST, DELETE']);
    expect((await call('GET /_sim/assets/..%2Fpackage.json')).status).toBe(404);
    expect((await call('GET /_sim/people/%zz')).status).toBe(400);
  });
});
