/** A request as an SDK puts it on the wire, without its credentials. */
export interface SdkRequest {
  /** Which call of the SDK makes it. */
  readonly call: string;
  readonly method: 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: none is sent. */
  readonly body?: string;
}

/** An SDK of Customer.io for another language, by its public source. */
export interface Sdk {
  readonly name: string;
  /** How it writes Basic credentials: Go's SDK uses the alphabet of URLs. */
  readonly credentials: (pair: string) => string;
  readonly requests: readonly SdkRequest[];
  /** Whom to look at afterwards. */
  readonly persons: readonly string[];
}

const base64 = (pair: string) => Buffer.from(pair).toString('base64');
const json = (value: unknown) => JSON.stringify(value);

/** Python's `json.dumps` puts blanks after colons and commas, and escapes all but ASCII. */
const pythonJson = (value: unknown): string =>
  JSON.stringify(value, undefined, 1)
    .replace(/\n */g, ' ')
    .replace(/([[{]) /g, '$1')
    .replace(/ ([\]}])/g, '$1')
    .replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

const PYTHON_HEADERS = {
  'User-Agent': 'Customer.io Python Client/3.0.0',
  'Accept-Encoding': 'gzip, deflate',
  Accept: '*/*',
  Connection: 'keep-alive',
  'Content-Type': 'application/json',
};
const python = (call: string, method: SdkRequest['method'], path: string, body: unknown): SdkRequest => ({
  call,
  method,
  path,
  headers: PYTHON_HEADERS,
  body: pythonJson(body),
});

/** customerio-python: `quote(id, safe='')`, a JSON body with every request, `{}` where there is nothing to say. */
const PYTHON: Sdk = {
  name: 'Python',
  credentials: base64,
  persons: ['py/1 ü', 'py@example.com', 'py-2', 'py-old', 'py-v2'],
  requests: [
    python('identify', 'PUT', '/api/v1/customers/py%2F1%20%C3%BC', { email: 'pÿ@example.com', plan: 'größe', n: null }),
    python('identify by e-mail', 'PUT', '/api/v1/customers/py%40example.com', { plan: 'pro', visits: 3 }),
    python('track', 'POST', '/api/v1/customers/py%2F1%20%C3%BC/events', { name: 'Order', data: { total: 9.5 } }),
    python('track with a time', 'POST', '/api/v1/customers/py%2F1%20%C3%BC/events', {
      name: 'Order',
      data: {},
      id: '01HB4HBDKTFWYZCK01DMRSWRFD',
      timestamp: 1_700_000_000,
    }),
    python('pageview', 'POST', '/api/v1/customers/py%2F1%20%C3%BC/events', { type: 'page', name: '/x', data: {} }),
    python('track_anonymous', 'POST', '/api/v1/events', { anonymous_id: 'py-anon', name: 'Viewed', data: {} }),
    python('add_device', 'PUT', '/api/v1/customers/py%40example.com/devices', {
      device: { last_used: 1_700_000_000, id: 'py-token', platform: 'ios' },
    }),
    python('add_device with more', 'PUT', '/api/v1/customers/py%40example.com/devices', {
      device: { app_version: '2', id: 'py/token', platform: 'android' },
    }),
    python('delete_device', 'DELETE', '/api/v1/customers/py%40example.com/devices/py%2Ftoken', {}),
    python('suppress', 'POST', '/api/v1/customers/py-2/suppress', {}),
    python('unsuppress', 'POST', '/api/v1/customers/py-2/unsuppress', {}),
    python('identify again', 'PUT', '/api/v1/customers/py-2', { plan: 'again' }),
    python('identify', 'PUT', '/api/v1/customers/py-old', { colour: 'red' }),
    python('merge_customers', 'POST', '/api/v1/merge_customers', {
      primary: { id: 'py-2' },
      secondary: { id: 'py-old' },
    }),
    python('delete', 'DELETE', '/api/v1/customers/py-gone', {}),
    python('batch', 'POST', '/api/v2/batch', {
      batch: [
        { type: 'person', action: 'identify', identifiers: { id: 'py-v2' }, attributes: { plan: 'pro' } },
        { type: 'person', action: 'event', identifiers: { id: 'py-v2' }, name: 'Order', attributes: { n: 1 } },
      ],
    }),
  ],
};

const RUBY_HEADERS = {
  'accept-encoding': 'gzip;q=1.0,deflate;q=0.6,identity;q=0.3',
  accept: '*/*',
  'user-agent': 'Customer.io Ruby Client/6.0.0',
  connection: 'close',
};
const ruby = (call: string, method: SdkRequest['method'], path: string, body?: unknown): SdkRequest => ({
  call,
  method,
  path,
  headers: body === undefined ? RUBY_HEADERS : { ...RUBY_HEADERS, 'content-type': 'application/json' },
  ...(body === undefined ? (method === 'POST' ? { body: '' } : {}) : { body: json(body) }),
});

/** customerio-ruby: escapes all but unreserved characters, sends the identifiers among the attributes too, no body for nothing. */
const RUBY: Sdk = {
  name: 'Ruby',
  credentials: base64,
  persons: ['rb 1+1', '5', 'rb-2', 'rb-old'],
  requests: [
    ruby('identify', 'PUT', '/api/v1/customers/rb%201%2B1', { id: 'rb 1+1', email: 'rb@example.com', plan: 'pro' }),
    ruby('track', 'POST', '/api/v1/customers/rb%201%2B1/events', {
      name: 'Order',
      data: { total: 9.5, timestamp: 1_700_000_000 },
      timestamp: 1_700_000_000,
    }),
    ruby('pageview', 'POST', '/api/v1/customers/rb%201%2B1/events', { name: '/x', data: {}, type: 'page' }),
    ruby('track_anonymous', 'POST', '/api/v1/events', { name: 'Viewed', data: {}, anonymous_id: 'rb-anon' }),
    ruby('add_device', 'PUT', '/api/v1/customers/rb%201%2B1/devices', {
      device: { last_used: 1_700_000_000, id: 'rb-token', platform: 'ios' },
    }),
    ruby('delete_device', 'DELETE', '/api/v1/customers/rb%201%2B1/devices/no%2Fsuch'),
    ruby('suppress', 'POST', '/api/v1/customers/rb-2/suppress'),
    ruby('unsuppress', 'POST', '/api/v1/customers/rb-2/unsuppress'),
    ruby('identify as its README has it', 'PUT', '/api/v1/customers/5', { id: 5, plan: 'basic' }),
    ruby('identify again', 'PUT', '/api/v1/customers/rb-2', { id: 'rb-2', plan: 'again' }),
    ruby('identify', 'PUT', '/api/v1/customers/rb-old', { id: 'rb-old', colour: 'red' }),
    ruby('merge_customers', 'POST', '/api/v1/merge_customers', {
      primary: { id: 'rb-2' },
      secondary: { id: 'rb-old' },
    }),
    ruby('delete', 'DELETE', '/api/v1/customers/rb-gone'),
    ruby('track_delivery_metric', 'POST', '/api/v1/metrics', { delivery_id: 'rb-d', metric: 'clicked' }),
    ruby('batch', 'POST', '/api/v2/batch', {
      batch: [{ type: 'person', action: 'event', identifiers: { id: 'rb-2' }, name: 'Order', attributes: { n: 1 } }],
    }),
  ],
};

const GO_HEADERS = { 'User-Agent': 'Customer.io Go Client/4.0.0', 'Accept-Encoding': 'gzip' };
const go = (call: string, method: SdkRequest['method'], path: string, body?: unknown): SdkRequest => ({
  call,
  method,
  path,
  headers: body === undefined ? GO_HEADERS : { ...GO_HEADERS, 'Content-Type': 'application/json' },
  ...(body !== undefined && { body: json(body) }),
});

/** go-customerio: `url.PathEscape` leaves @ + & = : as they are, keys of objects are sorted, maps without entries are null. */
const GO: Sdk = {
  name: 'Go',
  credentials: (pair) => base64(pair).replaceAll('+', '-').replaceAll('/', '_'),
  persons: ['go/1', 'go@example.com', 'go-2', 'go-old'],
  requests: [
    go('Identify', 'PUT', '/api/v1/customers/go%2F1', {
      created_at: 1_700_000_000,
      email: 'go1@example.com',
      plan: 'pro',
    }),
    go('Identify by e-mail', 'PUT', '/api/v1/customers/go@example.com', { plan: 'pro' }),
    go('Identify without attributes', 'PUT', '/api/v1/customers/go-2', null),
    go('Track', 'POST', '/api/v1/customers/go%2F1/events', { data: { total: 9.5 }, name: 'Order' }),
    go('Track without data', 'POST', '/api/v1/customers/go%2F1/events', { data: null, name: 'Order' }),
    go('TrackAnonymous', 'POST', '/api/v1/events', { anonymous_id: 'go-anon', data: null, name: 'Viewed' }),
    go('AddDevice', 'PUT', '/api/v1/customers/go%2F1/devices', {
      device: { id: 'go-token', platform: 'ios', last_used: '1700000000', attributes: { app: '2' } },
    }),
    go('AddDevice without data', 'PUT', '/api/v1/customers/go%2F1/devices', {
      device: { id: 'go-token-2', platform: 'android', attributes: null },
    }),
    go('DeleteDevice', 'DELETE', '/api/v1/customers/go%2F1/devices/go-token-2'),
    go('Identify', 'PUT', '/api/v1/customers/go-old', { colour: 'red' }),
    go('MergeCustomers', 'POST', '/api/v1/merge_customers', { primary: { id: 'go-2' }, secondary: { id: 'go-old' } }),
    go('AddPeopleToSegment', 'POST', '/api/v1/segments/7/add_customers', { ids: ['go/1'] }),
    go('Delete', 'DELETE', '/api/v1/customers/go-gone'),
  ],
};

const PHP_HEADERS = { 'User-Agent': 'GuzzleHttp/7', Accept: 'application/json' };
const php = (call: string, method: SdkRequest['method'], path: string, body?: unknown): SdkRequest => ({
  call,
  method,
  path,
  headers: body === undefined ? PHP_HEADERS : { 'Content-Type': 'application/json', ...PHP_HEADERS },
  // PHP writes slashes escaped.
  ...(body === undefined ? {} : { body: json(body).replaceAll('/', '\\/') }),
});

/** printu/customerio: paths as they are given, other options of a call beside its data, no body for nothing. */
const PHP: Sdk = {
  name: 'PHP',
  credentials: base64,
  persons: ['php-1', 'php@example.com', 'php-2', 'php-old', 'php-v2'],
  requests: [
    php('customers->add', 'PUT', '/api/v1/customers/php-1', { email: 'php1@example.com', plan: 'a/b' }),
    php('customers->add by e-mail', 'PUT', '/api/v1/customers/php@example.com', { plan: 'pro' }),
    php('customers->event', 'POST', '/api/v1/customers/php-1/events', { name: 'Order', data: { url: 'https://x/y' } }),
    php('page->view', 'POST', '/api/v1/customers/php-1/events', { type: 'page', data: { referrer: '/' }, name: '/x' }),
    php('events->anonymous', 'POST', '/api/v1/events', { name: 'Viewed', anonymous_id: 'php-anon', data: { ad: 1 } }),
    php('customers->devices->add', 'PUT', '/api/v1/customers/php-1/devices', {
      id: 'php-1',
      device: { id: 'php-token', platform: 'ios', last_used: 1_700_000_000 },
    }),
    php('customers->devices->delete', 'DELETE', '/api/v1/customers/php-1/devices/none'),
    php('customers->suppress', 'POST', '/api/v1/customers/php-2/suppress'),
    php('customers->unsuppress', 'POST', '/api/v1/customers/php-2/unsuppress'),
    php('customers->add again', 'PUT', '/api/v1/customers/php-2', { plan: 'again' }),
    php('customers->add', 'PUT', '/api/v1/customers/php-old', { colour: 'red' }),
    php('customers->merge', 'POST', '/api/v1/merge_customers', {
      primary: { id: 'php-2' },
      secondary: { id: 'php-old' },
    }),
    php('customers->delete', 'DELETE', '/api/v1/customers/php-gone'),
    php('track->entity', 'POST', '/api/v2/entity', {
      type: 'person',
      action: 'identify',
      identifiers: { id: 'php-v2' },
      attributes: { plan: 'pro' },
    }),
  ],
};

export const SDKS: readonly Sdk[] = [PYTHON, RUBY, GO, PHP];
