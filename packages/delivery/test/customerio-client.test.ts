import { inspect } from 'node:util';
import type { Operation } from '@cio-fleet/contracts';
import { freePort } from '@cio-fleet/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type CustomerioClientOptions, createCustomerioClient } from '../src/customerio-client.ts';
import { type FakeHost, json, startFakeHost } from './fake-host.ts';

const API_KEY = 'key-that-must-not-leak';
const BASIC = Buffer.from(`site:${API_KEY}`).toString('base64');
const OPERATIONS: readonly Operation[] = [
  { type: 'person', action: 'identify', identifiers: { id: '1' }, attributes: { plan: 'pro' } },
  { type: 'person', action: 'event', identifiers: { id: '1' }, name: 'purchase' },
];

function clientOf(trackUrl: string, options: Partial<CustomerioClientOptions> = {}) {
  const client = createCustomerioClient({
    siteId: 'site',
    apiKey: API_KEY,
    region: 'us',
    trackUrl,
    requestTimeoutMs: 2_000,
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

async function hostOf(...[respond]: Parameters<typeof startFakeHost>): Promise<FakeHost> {
  const host = await startFakeHost(respond);
  onTestFinished(() => host[Symbol.asyncDispose]());
  return host;
}

const never = new AbortController().signal;

describe('what the client sends', () => {
  it('posts the operations to /api/v2/batch with Basic credentials', async () => {
    const host = await hostOf((response) => json(response, 200, {}));
    const answer = await clientOf(host.url).send(OPERATIONS, never);
    expect(answer).toEqual({ kind: 'response', status: 200, body: {} });
    const [request] = host.received;
    expect(request?.method).toBe('POST');
    expect(request?.url).toBe('/api/v2/batch');
    expect(request?.headers.authorization).toBe(`Basic ${BASIC}`);
    expect(JSON.parse(request?.body ?? '')).toEqual({ batch: OPERATIONS });
  });

  it.each<[what: string, operations: readonly Operation[], address: string, body: unknown]>([
    [
      'a form',
      [{ type: 'form', action: 'submit', identifiers: { form_id: 'a/b' }, data: { email: 'ada@example.com', n: '1' } }],
      'POST /api/v1/forms/a%2Fb/submit',
      { data: { email: 'ada@example.com', n: '1' } },
    ],
    [
      'people who enter a segment',
      ['1', '2'].map((id) => ({
        type: 'segment',
        action: 'add_person',
        identifiers: { segment_id: '7' },
        person: { id },
      })),
      'POST /api/v1/segments/7/add_customers?id_type=id',
      { ids: ['1', '2'] },
    ],
    [
      'somebody who leaves one',
      [{ type: 'segment', action: 'remove_person', identifiers: { segment_id: '7' }, person: { cio_id: 'd9' } }],
      'POST /api/v1/segments/7/remove_customers?id_type=cio_id',
      { ids: ['d9'] },
    ],
    [
      'a metric',
      [{ type: 'delivery', action: 'metric', identifiers: { id: 'D' }, name: 'bounced', timestamp: 5, reason: 'full' }],
      'POST /api/v1/metrics',
      { delivery_id: 'D', metric: 'bounced', timestamp: 5, reason: 'full' },
    ],
    [
      'an unsubscription',
      [{ type: 'delivery', action: 'unsubscribe', identifiers: { id: 'D=' } }],
      'POST /unsubscribe/D%3D',
      { unsubscribe: true },
    ],
    [
      'its taking back',
      [{ type: 'delivery', action: 'resubscribe', identifiers: { id: 'D' } }],
      'POST /unsubscribe/D',
      { unsubscribe: false },
    ],
    [
      'an event of nobody',
      [{ type: 'invite', action: 'event', id: '01HB', name: 'Hi', timestamp: 5, attributes: { recipient: 'a@b.c' } }],
      'POST /api/v1/events',
      { type: 'event', id: '01HB', name: 'Hi', timestamp: 5, data: { recipient: 'a@b.c' } },
    ],
  ])('posts %s to the address that v1 has for it', async (_, operations, address, body) => {
    const host = await hostOf((response) => {
      response.writeHead(204).end();
    });
    const answer = await clientOf(host.url).send(operations, never);
    expect(answer).toEqual({ kind: 'response', status: 204, body: {} });
    const [request] = host.received;
    expect(`${request?.method} ${request?.url}`).toBe(address);
    expect(JSON.parse(request?.body ?? '')).toEqual(body);
  });

  it('keeps sockets for the requests that follow', async () => {
    const host = await hostOf((response) => json(response, 200, {}));
    const client = clientOf(host.url);
    for (let i = 0; i < 8; i += 1) await client.send(OPERATIONS, never);
    expect(host.received).toHaveLength(8);
    // undici may open a second one while the first is still ending its answer.
    expect(host.connections).toBeLessThanOrEqual(2);
  });

  it('opens no more sockets than it may, and sends everything over them', async () => {
    const host = await hostOf((response) => json(response, 200, {}));
    const client = clientOf(host.url, { connections: 2 });
    const answers = await Promise.all(Array.from({ length: 12 }, () => client.send(OPERATIONS, never)));
    expect(answers.every((answer) => answer.kind === 'response' && answer.status === 200)).toBe(true);
    expect(host.connections).toBe(2);
  });

  it('names itself before the SDK in User-Agent', async () => {
    const host = await hostOf((response) => json(response, 200, {}));
    await clientOf(host.url, { userAgent: 'cio-fleet/1' }).send(OPERATIONS, never);
    expect(host.received[0]?.headers['user-agent']).toMatch(/^cio-fleet\/1 Customer\.io Node Client\//);
  });

  it('asks for the region of the account to check credentials', async () => {
    const host = await hostOf((response) => json(response, 200, { region: 'us' }));
    expect(await clientOf(`${host.url}/api/v1/`).checkCredentials()).toEqual({
      kind: 'response',
      status: 200,
      body: { region: 'us' },
    });
    expect(host.received[0]?.url).toBe('/api/v1/accounts/region');
  });
});

describe('how the client tells what came back', () => {
  it('keeps the status 207 that the SDK hides, with its errors', async () => {
    const body = { errors: [{ batch_index: 1, reason: 'invalid', message: 'bad' }] };
    const host = await hostOf((response) => json(response, 207, body));
    expect(await clientOf(host.url).send(OPERATIONS, never)).toEqual({ kind: 'response', status: 207, body });
  });

  it('takes an empty 204 for an answer without body', async () => {
    const host = await hostOf((response) => response.writeHead(204).end());
    expect(await clientOf(host.url).send(OPERATIONS, never)).toMatchObject({ kind: 'response', status: 204 });
  });

  it('keeps status and text of an HTML error page', async () => {
    const page = '<html><h1>502 Bad Gateway</h1></html>';
    const host = await hostOf((response) => response.writeHead(502, { 'content-type': 'text/html' }).end(page));
    expect(await clientOf(host.url).send(OPERATIONS, never)).toEqual({ kind: 'response', status: 502, body: page });
  });

  it('keeps the errors of a 400', async () => {
    const body = { errors: [{ reason: 'invalid', field: 'batch', message: 'bad batch' }] };
    const host = await hostOf((response) => json(response, 400, body));
    expect(await clientOf(host.url).send(OPERATIONS, never)).toEqual({ kind: 'response', status: 400, body });
  });

  it('reads Retry-After of a 429', async () => {
    const host = await hostOf((response) => json(response, 429, {}, { 'retry-after': '7' }));
    expect(await clientOf(host.url).send(OPERATIONS, never)).toMatchObject({ status: 429, retryAfterMs: 7_000 });
  });

  it('sends once, whatever the answer: retries have another owner', async () => {
    const host = await hostOf((response) => json(response, 503, {}));
    expect(await clientOf(host.url).send(OPERATIONS, never)).toMatchObject({ status: 503 });
    expect(host.received).toHaveLength(1);
  });

  it.each([301, 302, 307, 308])('gives a %i back instead of following it', async (status) => {
    const elsewhere = await hostOf((response) => json(response, 200, {}));
    const host = await hostOf((response) =>
      response.writeHead(status, { location: `${elsewhere.url}/api/v2/batch` }).end('moved'),
    );
    expect(await clientOf(host.url).send(OPERATIONS, never)).toMatchObject({ kind: 'response', status });
    expect(elsewhere.received).toHaveLength(0);
  });

  it('waits past early hints for the answer itself', async () => {
    const host = await hostOf((response) => {
      response.writeEarlyHints({ link: '</a>; rel=preload' });
      json(response, 200, {});
    });
    expect(await clientOf(host.url).send(OPERATIONS, never)).toMatchObject({ kind: 'response', status: 200 });
  });
});

describe('how the client fails', () => {
  it('reports a reset in the middle of an answer as a failure, not as its status', async () => {
    const host = await hostOf((response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('{"errors":[', () => response.socket?.destroy());
    });
    expect(await clientOf(host.url).send(OPERATIONS, never)).toMatchObject({ kind: 'failure', code: 'ECONNRESET' });
  });

  it('reports a socket closed after the request was read as a failure', async () => {
    const host = await hostOf((response) => response.socket?.destroy());
    expect(await clientOf(host.url).send(OPERATIONS, never)).toMatchObject({ kind: 'failure', code: 'ECONNRESET' });
  });

  it('reports a refused connection', async () => {
    const port = await freePort();
    expect(await clientOf(`http://127.0.0.1:${port}`).send(OPERATIONS, never)).toMatchObject({
      kind: 'failure',
      code: 'ECONNREFUSED',
    });
  });

  it('reports a name that does not resolve', async () => {
    const answer = await clientOf('http://track.invalid').send(OPERATIONS, never);
    expect(answer.kind === 'failure' ? answer.code : answer).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
  });

  it('ends a request that is never answered at its time-out', async () => {
    const host = await hostOf(() => {});
    const startedMs = performance.now();
    const answer = await clientOf(host.url, { requestTimeoutMs: 150 }).send(OPERATIONS, never);
    expect(answer).toMatchObject({ kind: 'failure', code: 'TIMEOUT' });
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });

  it('ends an answer that drips without end at its time-out', async () => {
    const drips: NodeJS.Timeout[] = [];
    const host = await hostOf((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      drips.push(setInterval(() => response.write(' '), 20));
    });
    const startedMs = performance.now();
    const answer = await clientOf(host.url, { requestTimeoutMs: 200 }).send(OPERATIONS, never);
    for (const drip of drips) clearInterval(drip);
    expect(answer).toMatchObject({ kind: 'failure', code: 'TIMEOUT' });
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });

  it('counts the wait for a socket into the time-out', async () => {
    const host = await hostOf(() => {});
    const client = clientOf(host.url, { requestTimeoutMs: 200, connections: 1 });
    const startedMs = performance.now();
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.send(OPERATIONS, never)));
    expect(answers.every((answer) => answer.kind === 'failure' && answer.code === 'TIMEOUT')).toBe(true);
    // One after another they would take 4 s.
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });

  it('ends a request as soon as its signal aborts, and closes its socket', async () => {
    const controller = new AbortController();
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const host = await hostOf((response) => {
      response.on('close', resolve);
      controller.abort();
    });
    const answer = await clientOf(host.url).send(OPERATIONS, controller.signal);
    expect(answer).toMatchObject({ kind: 'failure', code: 'ABORTED' });
    await closed;
  });

  it('sends nothing when its signal has aborted before', async () => {
    const host = await hostOf((response) => json(response, 200, {}));
    expect(await clientOf(host.url).send(OPERATIONS, AbortSignal.abort())).toMatchObject({ code: 'ABORTED' });
    expect(host.received).toHaveLength(0);
  });
});

describe('credentials', () => {
  const echoes: Record<string, Parameters<typeof startFakeHost>[0]> = {
    'a 401 that echoes the header': (response, { headers }) =>
      json(response, 401, { errors: [{ message: headers.authorization }] }),
    'an HTML page that echoes the header': (response, { headers }) =>
      response.writeHead(502).end(`<p>${headers.authorization}</p>`),
    'a text that echoes the key': (response) => response.writeHead(500).end(`bad key ${API_KEY}`),
    'a 207 that echoes the header': (response, { headers }) =>
      json(response, 207, { errors: [{ batch_index: 0, message: headers.authorization }] }),
    'a redirect to an address with the key': (response) =>
      response.writeHead(302, { location: `http://127.0.0.1:1/?key=${API_KEY}` }).end(),
    'a reset': (response) => response.socket?.destroy(),
    'a hang': () => {},
  };

  it.each(Object.entries(echoes))('appear in no answer to %s', async (_what, respond) => {
    const host = await hostOf(respond);
    const answer = await clientOf(host.url, { requestTimeoutMs: 200 }).send(OPERATIONS, never);
    const everything = `${inspect(answer, { depth: 20, showHidden: true })} ${JSON.stringify(answer)}`;
    expect(everything).not.toContain(API_KEY);
    expect(everything).not.toContain(BASIC);
    expect(everything.toLowerCase()).not.toContain('authorization');
  });
});
