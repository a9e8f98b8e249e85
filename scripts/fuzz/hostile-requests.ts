import { deflateSync, gzipSync } from 'node:zlib';
import { integerBelow } from '../rig/seeded-random.ts';
import { type HostileValues, hostileValues, POLLUTION } from './hostile-values.ts';

/** Bytes to write to a connection, and what then becomes of it. */
export interface HostileRequest {
  readonly kind: string;
  /** Written one after the other, with a turn of the event loop in between. */
  readonly chunks: readonly (string | Buffer)[];
  /** Leaves before any answer can have come, as a client that crashes does. */
  readonly leaves: boolean;
}

/** Whose the requests are. */
export interface Target {
  readonly host: string;
  readonly siteId: string;
  readonly apiKey: string;
}

type Maker = () => Omit<HostileRequest, 'kind'>;

const V1_BODIES = ['/customers/*', '/customers/*/events', '/events', '/customers/*/devices', '/merge_customers'];
const OTHER_V1 = [
  '/customers/*/suppress',
  '/customers/*/devices/*',
  '/forms/*/submit',
  '/segments/*/add_customers',
  '/metrics',
];
const SEGMENT = ['identify', 'track', 'page', 'screen', 'group', 'alias', 'batch', 'import'];
const METHODS = ['PUT', 'POST', 'POST', 'POST', 'DELETE', 'GET', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'FOO', 'post'];
const PATH_PARTS = [
  '1',
  '..',
  '.',
  '%2e%2e',
  '%2F',
  '%5c',
  '%00',
  '%',
  '%zz',
  '%C0%AE',
  '%ff',
  '~',
  '*',
  ';a=b',
  '?',
  '#',
  'a b',
  'é',
  '\\',
  '//',
  'x'.repeat(3000),
  'a%0d%0aX:1',
];

/** Bodies that are costly to make: made once. */
const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024));
const HUGE = JSON.stringify({ batch: Array.from({ length: 20 }, () => ({ type: 'person', a: 'x'.repeat(50_000) })) });
const DEEP = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
const DEEP_LIST = `{"batch":[{"type":"person","action":"identify","identifiers":{"id":"1"},"attributes":{"a":${'['.repeat(90)}${']'.repeat(90)}}}]}`;

/** An endless source of requests, all the same for the same seed. */
export function hostileRequests(random: () => number, target: Target): () => HostileRequest {
  const values = hostileValues(random);
  const below = (bound: number) => integerBelow(random, bound);
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)] as Item;
  const right = `Basic ${base64(`${target.siteId}:${target.apiKey}`)}`;
  const writeKey = `Basic ${base64(`${target.apiKey}:`)}`;
  const path = () => pick([v1Path(pick, values), '/api/v2/entity', '/api/v2/batch', `/v1/${pick(SEGMENT)}`]);
  const authFor = (at: string) => (at.startsWith('/v1/') ? writeKey : right);
  const post = (at: string, body: string | Buffer, headers: Headers = {}, method = 'POST'): string | Buffer =>
    request(target, method, at, { authorization: authFor(at), ...headers }, body);
  const whole = (bytes: string | Buffer): Omit<HostileRequest, 'kind'> => ({ chunks: [bytes], leaves: false });

  const makers: Readonly<Record<string, Maker>> = {
    v1() {
      const at = v1Path(pick, values);
      return whole(post(at, JSON.stringify(v1Body(values, pick)) ?? '', {}, pick(['PUT', 'POST', 'DELETE'])));
    },
    entity: () => whole(post('/api/v2/entity', JSON.stringify(values.operation()))),
    batch() {
      const batch = Array.from({ length: below(30) }, () => (random() < 0.95 ? values.operation() : values.value()));
      return whole(post('/api/v2/batch', JSON.stringify({ batch })));
    },
    segment() {
      const message = { ...values.operation(), type: pick(SEGMENT), event: values.value(), userId: values.value() };
      const body = random() < 0.3 ? { batch: [message, message], sentAt: values.value() } : message;
      return whole(post(`/v1/${pick(SEGMENT)}`, JSON.stringify(body), random() < 0.3 ? { 'x-strict-mode': '1' } : {}));
    },
    'broken JSON'() {
      const text = JSON.stringify(values.operation());
      const body = pick([
        text.slice(0, below(text.length)),
        `${text}}`,
        '{',
        '[1,',
        'NaN',
        '\ufeff{}',
        '{"a":01}',
        'null',
        '"x"',
        '1',
      ]);
      return whole(post(path(), body));
    },
    'random bytes': () => whole(post(path(), bytes(random, below(2000)))),
    pollution: () => whole(post(path(), pick(POLLUTION), {}, pick(['PUT', 'POST']))),
    deep: () => whole(post(path(), pick([DEEP, DEEP_LIST]), {}, pick(['PUT', 'POST']))),
    huge: () => whole(post(path(), HUGE)),
    compressed() {
      const text = JSON.stringify(values.operation());
      const [coding, body] = pick<readonly [string, Buffer]>([
        ['gzip', gzipSync(text)],
        ['gzip', gzipSync(text).subarray(0, 15)],
        ['deflate', deflateSync(text)],
        ['gzip', Buffer.from(text)],
        ['gzip, gzip', gzipSync(gzipSync(text))],
        ['compress', Buffer.from(text)],
      ]);
      return whole(post(path(), body, { 'content-encoding': coding }));
    },
    'gzip bomb': () => whole(post(path(), BOMB, { 'content-encoding': 'gzip' })),
    'wrong credentials'() {
      const authorization = pick([
        '',
        'Basic',
        'Basic !!',
        `Basic ${base64('a:b')}`,
        `Basic ${base64('x'.repeat(4000))}`,
        'Bearer x',
        `${right}x`,
      ]);
      return whole(request(target, 'POST', path(), { authorization }, '{}'));
    },
    'path tricks'() {
      const at =
        pick(['/api/v1/customers/', '/api/v2/', '/v1/', '/', '/webhooks/customerio/', '']) +
        pick(PATH_PARTS) +
        pick(['', '/events', '/', '?a=%']);
      return whole(post(pick([at, at, `http://other.example${at}`]), '{"name":"Order"}', {}, pick(METHODS)));
    },
    methods: () => whole(post(path(), '{}', {}, pick(METHODS))),
    smuggling() {
      const inner = request(target, 'POST', '/api/v2/entity', { authorization: right }, '{}');
      const headers = pick([
        'Content-Length: 5\r\nContent-Length: 6',
        'Content-Length: 4\r\nTransfer-Encoding: chunked',
        'Transfer-Encoding: xchunked',
        'Transfer-Encoding: chunked, identity',
        'Transfer-Encoding : chunked',
        'Content-Length: -1',
        'Content-Length: 1e3',
        'Content-Length: +5',
        'Transfer-Encoding:\r\n chunked',
        'Content-Length: 0\nX: 1',
      ]);
      return whole(
        `POST ${path()} HTTP/1.1\r\nHost: ${target.host}\r\nAuthorization: ${right}\r\n${headers}\r\n\r\n0\r\n\r\n${inner}`,
      );
    },
    'many headers'() {
      const count = pick([150, 400]);
      const flood = Array.from({ length: count }, (_, index) => `X-${index}: ${'v'.repeat(below(80))}`).join('\r\n');
      return whole(
        `POST ${path()} HTTP/1.1\r\nHost: ${target.host}\r\nAuthorization: ${right}\r\n${flood}\r\nContent-Length: 2\r\n\r\n{}`,
      );
    },
    'no HTTP': () =>
      whole(
        pick([
          '\r\n\r\n',
          'GET\r\n\r\n',
          'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
          '\x16\x03\x01\x02\x00\x01',
          bytes(random, 200),
        ]),
      ),
    'in pieces'() {
      const text = String(post(path(), JSON.stringify(values.operation())));
      const at = below(text.length);
      return { chunks: [text.slice(0, at), text.slice(at)], leaves: false };
    },
    'gone in the middle'() {
      const text = String(post(path(), JSON.stringify(values.operation())));
      return { chunks: [text.slice(0, below(text.length))], leaves: true };
    },
    chunked() {
      const body = JSON.stringify(values.operation());
      const size = pick([Buffer.byteLength(body).toString(16), 'fffffffffffffffff', '-5', 'zz', '5;ext=1']);
      const head = `POST ${path()} HTTP/1.1\r\nHost: ${target.host}\r\nAuthorization: ${right}\r\nTransfer-Encoding: chunked\r\n\r\n`;
      return { chunks: [head, `${size}\r\n${body}\r\n0\r\n\r\n`], leaves: true };
    },
    webhook: () =>
      whole(
        request(
          target,
          'POST',
          '/webhooks/customerio',
          { 'x-cio-signature': String(below(9)), 'x-cio-timestamp': '1' },
          JSON.stringify(values.attributes()),
        ),
      ),
    notes: () =>
      whole(
        request(
          target,
          'POST',
          pick(['/notes', '/sessions']),
          { authorization: right },
          JSON.stringify(values.attributes()),
        ),
      ),
  };
  // Bombs and bodies of a megabyte cost their sender the most: fewer of them.
  const rare = new Set(['gzip bomb', 'huge', 'deep', 'many headers']);
  const kinds = Object.keys(makers).flatMap((kind) =>
    rare.has(kind) ? [kind] : Array.from({ length: 8 }, () => kind),
  );
  return () => {
    const kind = pick(kinds);
    const make = makers[kind] as Maker;
    return { kind, ...make() };
  };
}

type Headers = Readonly<Record<string, string>>;

function request(target: Target, method: string, path: string, headers: Headers, body: string | Buffer): Buffer {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${target.host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}

function v1Path(pick: <Item>(items: readonly Item[]) => Item, values: HostileValues): string {
  const part = () =>
    pick([true, true, false]) ? `person-${pick(['1', '2', '3'])}` : encodeURIComponent(asText(values.value()));
  return `/api/v1${pick([...V1_BODIES, ...V1_BODIES, ...OTHER_V1])}`.replaceAll('*', part);
}

function v1Body(values: HostileValues, pick: <Item>(items: readonly Item[]) => Item): unknown {
  const { attributes, identifiers, device, name, timestamp } = values.operation();
  return pick<unknown>([
    attributes,
    { name, data: attributes, timestamp, id: values.value(), type: pick(['page', 'screen', 'event', 1]) },
    { device: { ...(device as object), id: values.value() } },
    { primary: identifiers, secondary: identifiers },
    { data: attributes, ids: [values.value(), 'a'], delivery_id: values.value(), metric: pick(['opened', 'x']) },
    values.value(),
  ]);
}

/** `encodeURIComponent` throws on half surrogates. */
function asText(value: unknown): string {
  return String(typeof value === 'object' ? JSON.stringify(value) : value).toWellFormed();
}

function bytes(random: () => number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => integerBelow(random, 256)));
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
