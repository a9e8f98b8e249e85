import { isIP } from 'node:net';

/** A host and a port of Redis or of a Sentinel. */
export interface RedisEndpoint {
  readonly host: string;
  readonly port: number;
}

interface Access {
  /** ACL user; absent: the default user. */
  readonly username?: string;
  readonly password?: string;
}

/** Where a Redis is and how to get in, free of any client's vocabulary. */
export type RedisAddress =
  | ({ readonly kind: 'single'; readonly tls: boolean; readonly db: number } & RedisEndpoint & Access)
  | ({ readonly kind: 'socket'; readonly path: string; readonly db: number } & Access)
  | ({
      readonly kind: 'sentinel';
      readonly tls: boolean;
      readonly sentinels: readonly RedisEndpoint[];
      /** The name that the Sentinels give to the master, such as `mymaster`. */
      readonly masterName: string;
      readonly db: number;
      /** What the Sentinels themselves ask for; absent: they ask for nothing. */
      readonly sentinelUsername?: string;
      readonly sentinelPassword?: string;
    } & Access)
  | ({ readonly kind: 'cluster'; readonly tls: boolean; readonly nodes: readonly RedisEndpoint[] } & Access);

/** Why an address was refused. It never holds any part of the address but its scheme: passwords hide everywhere else. */
export interface RedisAddressProblem {
  readonly code: 'REDIS_ADDRESS_INVALID';
  readonly expected: string;
  readonly received: string;
  /** One line with all of it, and what to do. */
  readonly message: string;
}

export type RedisAddressResult =
  | { readonly ok: true; readonly address: RedisAddress }
  | { readonly ok: false; readonly problem: RedisAddressProblem };

const FORMS =
  'redis://host:6379/0, rediss:// (TLS), redis+sentinel://host:26379,host:26379/name, redis+cluster://host:7000,host:7001, or unix:///path';

type Kind = RedisAddress['kind'];
const SCHEMES: Readonly<Record<string, { readonly kind: Kind; readonly tls: boolean; readonly port: number }>> = {
  redis: { kind: 'single', tls: false, port: 6379 },
  rediss: { kind: 'single', tls: true, port: 6379 },
  'redis+sentinel': { kind: 'sentinel', tls: false, port: 26379 },
  'rediss+sentinel': { kind: 'sentinel', tls: true, port: 26379 },
  'redis+cluster': { kind: 'cluster', tls: false, port: 6379 },
  'rediss+cluster': { kind: 'cluster', tls: true, port: 6379 },
  unix: { kind: 'socket', tls: false, port: 0 },
};
const PARAMETERS: Readonly<Record<Kind, readonly string[]>> = {
  single: ['db'],
  socket: ['db'],
  sentinel: ['db', 'sentinelUsername', 'sentinelPassword'],
  cluster: [],
};
const HOST = /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?$/;

/** Thrown within this file only: the parts fail deep inside, and one place turns it into a result. */
class Mismatch extends Error {
  readonly received: string;
  constructor(expected: string, received: string) {
    super(expected);
    this.received = received;
  }
}

/**
 * Reads the address of a Redis. User names, passwords and socket paths are percent-decoded. `/path` alone is a socket, and
 * `host:port` alone is `redis://host:port`.
 */
export function parseRedisAddress(text: string): RedisAddressResult {
  try {
    return { ok: true, address: parse(text.trim()) };
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    const { message: expected, received } = error;
    const message = `expected ${expected}, got ${received}; correct the address (forms: ${FORMS})`;
    return { ok: false, problem: { code: 'REDIS_ADDRESS_INVALID', expected, received, message } };
  }
}

/** Where it is, without users and passwords: fit for logs. */
export function redisPlace(address: RedisAddress): string {
  const list = (endpoints: readonly RedisEndpoint[]) =>
    endpoints.map(({ host, port }) => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`).join(',');
  if (address.kind === 'socket') return address.path;
  if (address.kind === 'sentinel') return `${address.masterName} of the Sentinels ${list(address.sentinels)}`;
  return address.kind === 'cluster' ? `the cluster ${list(address.nodes)}` : list([address]);
}

function parse(text: string): RedisAddress {
  if (text.startsWith('/')) return { kind: 'socket', path: text, db: 0 };
  const bare = /^[A-Za-z0-9._-]+(?::\d+)?$/.test(text) ? `redis://${text}` : text;
  const [, scheme = '', rest = ''] = /^([a-z+]+):\/\/(.*)$/is.exec(bare) ?? [];
  const form = SCHEMES[scheme.toLowerCase()];
  if (form === undefined) throw new Mismatch('the address of a Redis', schemeSeen(text, scheme));

  const { access, authority, path, parameters } = split(rest, form.kind);
  const db = (given: string | undefined) => databaseOf(parameters.get('db') ?? given ?? '');
  const { tls } = form;
  if (form.kind === 'socket') {
    if (path === '' || authority !== '') throw new Mismatch('unix:///path/of/the.sock', 'no absolute path');
    return { kind: 'socket', path: decode(path, 'path'), db: db(undefined), ...access };
  }
  const endpoints = authority.split(',').map((one) => endpointOf(one, form.port));
  const steps = path.split('/').slice(1);
  if (form.kind === 'single') {
    const [first] = endpoints as [RedisEndpoint];
    if (endpoints.length > 1)
      throw new Mismatch('one host, or the scheme redis+sentinel or redis+cluster', `${endpoints.length} hosts`);
    if (steps.length > 1) throw new Mismatch('/database as path', 'a longer path');
    return { kind: 'single', tls, ...first, db: db(steps[0]), ...access };
  }
  if (form.kind === 'cluster') {
    if (!['', '0'].includes(steps.join('/'))) throw new Mismatch('no path: a cluster has database 0 only', 'a path');
    return { kind: 'cluster', tls, nodes: endpoints, ...access };
  }
  const [masterName = '', database, ...more] = steps;
  if (masterName === '' || more.length > 0)
    throw new Mismatch("the master's name and a database as path: /mymaster/0", masterName === '' ? 'no name' : 'more');
  const [sentinelUsername, sentinelPassword] = [parameters.get('sentinelUsername'), parameters.get('sentinelPassword')];
  return {
    kind: 'sentinel',
    tls,
    sentinels: endpoints,
    masterName: decode(masterName, 'name'),
    db: db(database),
    ...access,
    ...(sentinelUsername ? { sentinelUsername } : {}),
    ...(sentinelPassword ? { sentinelPassword } : {}),
  };
}

function split(rest: string, kind: Kind) {
  if (rest.includes('#')) throw new Mismatch('# as %23 within a password', 'a bare #');
  const [beforeQuery = '', query = '', ...more] = rest.split('?');
  if (more.length > 0) throw new Mismatch('? as %3F within a password', 'more than one ?');
  const slash = beforeQuery.indexOf('/');
  const [network, path] = slash === -1 ? [beforeQuery, ''] : [beforeQuery.slice(0, slash), beforeQuery.slice(slash)];
  if (path.includes('@')) throw new Mismatch('/ as %2F and @ as %40 within a password', 'an @ behind a /');
  const at = network.lastIndexOf('@');
  const parameters = parametersOf(query, kind);
  return {
    access: accessOf(at === -1 ? '' : network.slice(0, at)),
    authority: network.slice(at + 1),
    path,
    parameters,
  };
}

function accessOf(text: string): Access {
  const colon = text.indexOf(':');
  const username = decode(colon === -1 ? text : text.slice(0, colon), 'user name');
  const password = colon === -1 ? '' : decode(text.slice(colon + 1), 'password');
  return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
}

function parametersOf(query: string, kind: Kind): ReadonlyMap<string, string> {
  const known = PARAMETERS[kind];
  const pairs = query.split('&').filter((pair) => pair !== '');
  return new Map(
    pairs.map((pair) => {
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      const found = known.find((one) => one === name);
      if (found === undefined)
        throw new Mismatch(known.length === 0 ? 'no parameters' : `no parameters but ${known.join(', ')}`, 'another');
      return [found, decode(value, found)];
    }),
  );
}

function endpointOf(text: string, defaultPort: number): RedisEndpoint {
  const [, bracketed, plain = '', port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const isHost = bracketed === undefined ? HOST.test(host) : isIP(host) === 6;
  if (!isHost) throw new Mismatch('host:port, an IPv6 address in brackets', host === '' ? 'no host' : 'something else');
  const number = port === undefined || port === '' ? defaultPort : Number(port);
  if (!/^\d*$/.test(port ?? '') || number < 1 || number > 65_535)
    throw new Mismatch('a port from 1 to 65535', 'another port');
  return { host, port: number };
}

function databaseOf(text: string): number {
  if (!/^\d{0,5}$/.test(text)) throw new Mismatch('the number of a database', 'something else');
  return Number(text);
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Only malformed percent-encoding throws.
    throw new Mismatch(`a percent-encoded ${what} (% itself as %25)`, 'a % that is not part of one');
  }
}

/** The scheme is all that may be shown, and only when it looks like one. */
function schemeSeen(text: string, scheme: string): string {
  if (text === '') return 'nothing';
  return scheme === '' ? `${text.length} characters without a scheme` : `the scheme ${scheme.slice(0, 20)}`;
}
