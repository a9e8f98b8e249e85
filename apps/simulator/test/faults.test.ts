import { describe, expect, it } from 'vitest';
import { runningSimulator } from './running-simulator.ts';

const event = (name = 'purchase') => ({ type: 'person', action: 'event', identifiers: { id: '42' }, name });

describe('the fault knobs', () => {
  it.each([401, 403, 408, 429, 500, 502, 503, 504])('answer status %i and apply nothing', async (status) => {
    const { batch, call, simulator } = await runningSimulator();
    expect((await call('POST /_sim/faults', { status })).json).toEqual({ status });
    expect((await batch(event())).status).toBe(status);
    expect((await call('PUT /api/v1/customers/42', {})).status).toBe(status);
    expect(simulator.stats()).toMatchObject({ operations: 0, byStatus: { [status]: 2 } });
    expect((await call('DELETE /_sim/faults')).status).toBe(204);
    expect((await batch(event())).status).toBe(200);
  });

  it('send Retry-After, with 429 unless another status is given', async () => {
    const { batch, simulator } = await runningSimulator();
    simulator.setFaults({ retryAfterSeconds: 7 });
    const throttled = await batch(event());
    expect([throttled.status, throttled.headers.get('retry-after')]).toEqual([429, '7']);
    simulator.setFaults({ retryAfterSeconds: 3, status: 503 });
    const unavailable = await batch(event());
    expect([unavailable.status, unavailable.headers.get('retry-after')]).toEqual([503, '3']);
  });

  it('send a page of HTML, with 502 unless another status is given', async () => {
    const { batch, simulator } = await runningSimulator();
    simulator.setFaults({ html: true });
    const reply = await batch(event());
    expect([reply.status, reply.headers.get('content-type')]).toEqual([502, 'text/html; charset=UTF-8']);
    expect(reply.text).toContain('<html>');
    simulator.setFaults({ html: true, status: 200 });
    expect(await batch(event())).toMatchObject({ status: 200, json: undefined });
    expect(simulator.stats().operations).toBe(1);
  });

  it('apply what comes and answer another 2xx status', async () => {
    const { batch, simulator } = await runningSimulator();
    simulator.setFaults({ status: 207 });
    expect(await batch(event())).toMatchObject({ status: 207, json: {} });
    expect(simulator.stats().operations).toBe(1);
  });

  it('hit a share of the requests, the same ones for the same seed', async () => {
    const { batch, simulator } = await runningSimulator();
    const run = async () => {
      simulator.setFaults({ status: 503, rate: 0.5, seed: 42 });
      const statuses: number[] = [];
      for (let request = 0; request < 20; request += 1) statuses.push((await batch(event())).status);
      return statuses;
    };
    const statuses = await run();
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    expect(await run()).toEqual(statuses);
  });

  it('delay the answer but not the effect, with and without a status', async () => {
    const { batch, simulator } = await runningSimulator({ latencyMs: 40 });
    simulator.setFaults({ latencyMs: 60 });
    const startMs = performance.now();
    const { promise: arrived, resolve } = Promise.withResolvers<number>();
    simulator.onOperation(() => resolve(performance.now()));
    const answered = batch(event());
    const arrivedMs = (await arrived) - startMs;
    await answered;
    const answeredMs = performance.now() - startMs;
    expect(answeredMs).toBeGreaterThanOrEqual(98);
    expect(answeredMs - arrivedMs).toBeGreaterThanOrEqual(90);
    simulator.setFaults({ latencyMs: 60, status: 503 });
    const failStartMs = performance.now();
    expect((await batch(event())).status).toBe(503);
    expect(performance.now() - failStartMs).toBeGreaterThanOrEqual(98);
  });

  it('hang without an answer, apply nothing, and let the simulator stop', async () => {
    const { url, simulator } = await runningSimulator();
    simulator.setFaults({ hang: true });
    const body = JSON.stringify({ batch: [event()] });
    const hung = fetch(`${url}/api/v2/batch`, { method: 'POST', body, signal: AbortSignal.timeout(150) });
    await expect(hung).rejects.toMatchObject({ name: 'TimeoutError' });
    const cut = fetch(`${url}/api/v2/batch`, { method: 'POST', body });
    const failed = expect(cut).rejects.toThrow('fetch failed');
    await expect.poll(() => simulator.stats().byStatus.none).toBe(2);
    await simulator.stop();
    await failed;
    expect(simulator.stats().operations).toBe(0);
  });

  it('apply and then drop the connection without an answer', async () => {
    const { batch, simulator } = await runningSimulator();
    simulator.setFaults({ dropAfterAccept: true });
    await expect(batch(event())).rejects.toThrow('fetch failed');
    expect(simulator.stats()).toMatchObject({ operations: 1, byStatus: { none: 1 } });
    expect(simulator.person('42')?.eventCount).toBe(1);
  });

  it('apply, begin the answer and reset in the middle of it', async () => {
    const { url, simulator } = await runningSimulator();
    simulator.setFaults({ resetMidAnswer: true });
    const authorization = `Basic ${Buffer.from('demo-site:demo-key').toString('base64')}`;
    const body = JSON.stringify({ batch: [event()] });
    const response = await fetch(`${url}/api/v2/batch`, { method: 'POST', headers: { authorization }, body });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('terminated');
    expect(simulator.stats()).toMatchObject({ operations: 1, byStatus: { none: 1 } });
  });

  it('reject operations by event name or action, in a 207 and with 400', async () => {
    const { batch, call, simulator } = await runningSimulator();
    simulator.setFaults({ rejectName: 'bad' });
    expect(await batch(event(), event('bad'), event())).toMatchObject({
      status: 207,
      json: { errors: [{ batch_index: 1, reason: 'invalid', field: 'name' }] },
    });
    expect((await call('POST /api/v2/entity', event('bad'))).status).toBe(400);
    expect((await call('POST /api/v1/customers/42/events', { name: 'bad' })).status).toBe(400);
    expect(simulator.person('42')?.eventCount).toBe(2);
    simulator.setFaults({ rejectName: 'identify' });
    expect((await call('PUT /api/v1/customers/42', {})).status).toBe(400);
  });

  it('list rejected operations in a 200 when that status is given', async () => {
    const { batch, simulator } = await runningSimulator();
    simulator.setFaults({ rejectName: 'bad', status: 200 });
    expect(await batch(event('bad'), event())).toMatchObject({ status: 200, json: { errors: [{ batch_index: 0 }] } });
  });

  it('refuse a whole request for one poison operation', async () => {
    const { batch, call, simulator } = await runningSimulator();
    simulator.setFaults({ poisonName: 'poison' });
    expect((await batch(event(), event('poison'))).status).toBe(400);
    expect(simulator.stats()).toMatchObject({ operations: 0, rejected: 2 });
    expect((await batch(event())).status).toBe(200);
    expect((await call('POST /api/v2/entity', event('poison'))).status).toBe(400);
  });

  it('mend themselves after forMs', async () => {
    let nowMs = 1_000_000;
    const { batch, call, simulator } = await runningSimulator({ now: () => nowMs });
    simulator.setFaults({ status: 503, forMs: 5000 });
    expect((await batch(event())).status).toBe(503);
    nowMs += 5000;
    expect((await batch(event())).status).toBe(200);
    expect((await call('GET /_sim/faults')).json).toEqual({});
  });

  it('touch nothing but the Track endpoints', async () => {
    const { call, simulator } = await runningSimulator();
    simulator.setFaults({ status: 503 });
    for (const path of ['/', '/livez', '/readyz', '/metrics', '/_sim/stats', '/_sim/faults']) {
      expect((await call(`GET ${path}`)).status).toBe(200);
    }
  });

  it.each([
    [{ status: 99 }, 'FAULT_FIELD_INVALID', 'status: expected an integer from 200 to 599, got 99'],
    [
      { latencyMs: '5' },
      'FAULT_FIELD_INVALID',
      'latencyMs: expected an integer from 0 to 2147483647 milliseconds, got "5"',
    ],
    [{ stauts: 503 }, 'FAULT_FIELD_UNKNOWN', /^stauts: expected one of status, rate, .*, got stauts$/],
    ['{"status"', 'FAULT_BODY_INVALID', /^expected a JSON object/],
    ['', 'FAULT_BODY_INVALID', /^expected a JSON object/],
    [`{"rejectName":"${'x'.repeat(20_000)}"}`, 'FAULT_BODY_INVALID', /^expected at most 16384 bytes/],
  ])('refuse %j with a code and what was expected', async (body, code, message) => {
    const { call, simulator } = await runningSimulator();
    const reply = await call('POST /_sim/faults', body);
    expect(reply.status).toBe(typeof body === 'string' && body.length > 16_384 ? 413 : 400);
    const text = typeof message === 'string' ? message : expect.stringMatching(message);
    expect(reply.json).toMatchObject({
      error: { code, message: text, expected: expect.any(String), got: expect.any(String) },
    });
    expect(simulator.faults()).toEqual({});
  });

  it('throw the same refusal in-process', async () => {
    const { simulator } = await runningSimulator();
    expect(() => simulator.setFaults({ status: 99 })).toThrow(
      expect.objectContaining({ code: 'FAULT_FIELD_INVALID', message: expect.stringContaining('200 to 599') }),
    );
  });
});
