import { describe, expect, it } from 'vitest';
import { runningSimulator } from './running-simulator.ts';

const HOSTILE = `<img src=x onerror="alert(1)">'&`;

describe('the page', () => {
  it('shows what arrived, with everything escaped', async () => {
    const { batch, call, simulator } = await runningSimulator();
    await batch({
      type: 'person',
      action: 'event',
      identifiers: { id: HOSTILE },
      name: HOSTILE,
      attributes: { a: HOSTILE },
    });
    simulator.setFaults({ rejectName: HOSTILE });
    const { text, headers } = await call('GET /');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(text).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&amp;');
    expect(text).not.toContain('<img');
  });

  it('allows no script or style but its own files, and no frame', async () => {
    const { call } = await runningSimulator();
    const { text, headers } = await call('GET /');
    const policy = headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(text).not.toMatch(/<script(?! src="\/_sim\/assets\/simulator.js" defer>)|<style| on\w+=| style=/);
    expect((await call('GET /_sim/assets/simulator.js')).headers.get('content-type')).toContain('text/javascript');
    expect((await call('GET /_sim/assets/simulator.css')).headers.get('content-type')).toContain('text/css');
  });

  it('streams snapshots', async () => {
    const { batch, url } = await runningSimulator();
    await batch({ type: 'person', action: 'event', identifiers: { id: '42' }, name: 'purchase' });
    const stream = await fetch(`${url}/_sim/stream`);
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    const { value = '' } = (await reader?.read()) ?? {};
    await reader?.cancel();
    expect(JSON.parse(value.replace(/^data: /, ''))).toMatchObject({
      stats: { operations: 1 },
      people: 1,
      faults: {},
      arrivals: [{ sequence: 1, action: 'event', subject: '42', detail: 'purchase ', outcome: 'applied' }],
    });
  });
});

describe('a request that another site makes a browser send', () => {
  it.each([
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
    [{ origin: 'http://evil.example' }],
    [{ origin: 'null' }],
  ])('is refused when it would change something: %j', async (headers) => {
    const { call, simulator } = await runningSimulator();
    await call('PUT /api/v1/customers/42', {});
    for (const [line, body] of [
      ['POST /_sim/faults', { status: 503 }],
      ['DELETE /_sim/faults'],
      ['DELETE /_sim/state'],
    ] as const) {
      expect(await call(line, body, headers)).toMatchObject({ status: 403, json: { error: { code: 'CROSS_SITE' } } });
    }
    expect(simulator.faults()).toEqual({});
    expect(simulator.person('42')).toBeDefined();
  });

  it('passes from the page itself', async () => {
    const { call, url } = await runningSimulator();
    expect((await call('POST /_sim/faults', {}, { 'sec-fetch-site': 'same-origin', origin: url })).status).toBe(200);
    expect((await call('POST /_sim/faults', {}, { origin: url })).status).toBe(200);
  });
});
