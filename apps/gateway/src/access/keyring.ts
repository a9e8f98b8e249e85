import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type GatewayCredentials, gatewayCredentials, type Workspace } from '@cio-fleet/workspaces';
import type { BasicCredentials } from './basic-credentials.ts';
import type { Caller } from './caller.ts';

/** Whose credentials a request carries. */
export interface Keyring {
  /** The owner of a site id and its key, as Customer.io's Track API takes them. */
  byBasic(siteId: string, apiKey: string): Caller | undefined;
  /** The owner of a write key, as Segment's dialect takes it. */
  byWriteKey(writeKey: string): Caller | undefined;
  /** The rate that the configuration gives this caller's key, in requests per second; undefined: the default. */
  requestsPerSecondOf(caller: Caller): number | undefined;
  /** Takes over a new configuration. A key that it doesn't have is refused from now on. */
  replace(workspaces: readonly Workspace[]): void;
}

interface Entry {
  readonly digest: Buffer;
  readonly caller: Caller;
  readonly requestsPerSecond: number | undefined;
}

/**
 * Credentials are looked up and compared as digests under a secret of this process: all of one length, and nobody outside
 * can tell from the time of an answer how much of a guess was right, for nobody can choose a digest.
 */
export function createKeyring(workspaces: readonly Workspace[]): Keyring {
  const secret = randomBytes(32).toString('base64');
  // `createHmac` would be a tenth of what a request costs.
  const digestOf = (...parts: readonly string[]) => hash('sha256', secret + JSON.stringify(parts), 'buffer');
  let entries = readEntries(workspaces);

  function readEntries(from: readonly Workspace[]): ReadonlyMap<string, Entry> {
    const read = new Map<string, Entry>();
    for (const credentials of gatewayCredentials(from)) {
      const { siteId, apiKey, writeKey, maxRequestsPerSecond } = credentials;
      const caller = callerOf(credentials);
      const add = (digest: Buffer) =>
        read.set(digest.toString('base64'), { digest, caller, requestsPerSecond: maxRequestsPerSecond });
      if (siteId !== undefined && apiKey !== undefined) add(digestOf('basic', siteId, apiKey));
      if (writeKey !== undefined) add(digestOf('write', writeKey));
    }
    return read;
  }

  function find(digest: Buffer): Caller | undefined {
    const entry = entries.get(digest.toString('base64'));
    return entry !== undefined && timingSafeEqual(entry.digest, digest) ? entry.caller : undefined;
  }

  let rates = readRates();
  function readRates(): ReadonlyMap<string, number | undefined> {
    return new Map([...entries.values()].map(({ caller, requestsPerSecond }) => [caller.keyId, requestsPerSecond]));
  }

  return {
    byBasic: (siteId, apiKey) => find(digestOf('basic', siteId, apiKey)),
    byWriteKey: (writeKey) => find(digestOf('write', writeKey)),
    requestsPerSecondOf: ({ keyId }) => rates.get(keyId),
    replace(next) {
      entries = readEntries(next);
      rates = readRates();
    },
  };
}

/** Which credentials of a request count in which dialect. */
export const DIALECT_CREDENTIALS = {
  basic: (keyring: Keyring, { user, password }: BasicCredentials) => keyring.byBasic(user, password),
  /** Segment's SDKs send the write key as the user and no password. */
  writeKey: (keyring: Keyring, { user, password }: BasicCredentials) =>
    password === '' ? keyring.byWriteKey(user) : undefined,
} as const;

function callerOf({ workspace, source, keyId }: GatewayCredentials): Caller {
  return Object.freeze({ workspace, ...(source !== undefined && { source }), keyId });
}
