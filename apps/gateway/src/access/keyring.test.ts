import type { GatewayKey, Workspace } from '@cio-fleet/workspaces';
import { describe, expect, it } from 'vitest';
import { createKeyring } from './keyring.ts';

function workspace(name: string, gatewayKeys: readonly GatewayKey[] = []): Workspace {
  const { region, maxRequestsPerSecond, lanes } = { region: 'us' as const, maxRequestsPerSecond: 100, lanes: 8 };
  return { name, siteId: `${name}-site`, apiKey: `${name}-key`, region, maxRequestsPerSecond, lanes, gatewayKeys };
}

describe('a workspace without keys for the gateway', () => {
  const keyring = createKeyring([workspace('acme')]);

  it('accepts its own site id and key, and the key as write key', () => {
    expect(keyring.byBasic('acme-site', 'acme-key')).toEqual({ workspace: 'acme', keyId: 'acme/own' });
    expect(keyring.byWriteKey('acme-key')).toEqual({ workspace: 'acme', keyId: 'acme/own' });
  });

  it.each([
    ['acme-site', 'wrong'],
    ['wrong', 'acme-key'],
    ['acme-key', 'acme-site'],
    ['', ''],
    ['acme-site","acme-key', ''],
  ])('refuses %j with %j', (siteId, apiKey) => {
    expect(keyring.byBasic(siteId, apiKey)).toBeUndefined();
  });
});

describe('a workspace with keys for the gateway', () => {
  const keys = [
    { source: 'shop', siteId: 's', apiKey: 'k' },
    { source: 'shop', siteId: 's2', apiKey: 'k2', maxRequestsPerSecond: 5 },
    { source: 'cron', writeKey: 'w', workspace: 'other' },
  ];
  const keyring = createKeyring([workspace('acme', keys), workspace('other')]);

  it('tells its sources apart, also two keys of one', () => {
    expect(keyring.byBasic('s', 'k')).toEqual({ workspace: 'acme', source: 'shop', keyId: 'acme/shop' });
    expect(keyring.byBasic('s2', 'k2')).toEqual({ workspace: 'acme', source: 'shop', keyId: 'acme/shop#2' });
  });

  it('does not accept its own credentials any more', () => {
    expect(keyring.byBasic('acme-site', 'acme-key')).toBeUndefined();
    expect(keyring.byWriteKey('acme-key')).toBeUndefined();
  });

  it('sends to another workspace where a key says so', () => {
    expect(keyring.byWriteKey('w')).toEqual({ workspace: 'other', source: 'cron', keyId: 'acme/cron' });
  });

  it('knows the rate of a key that has one of its own', () => {
    expect(keyring.requestsPerSecondOf({ workspace: 'acme', keyId: 'acme/shop#2' })).toBe(5);
    expect(keyring.requestsPerSecondOf({ workspace: 'acme', keyId: 'acme/shop' })).toBeUndefined();
  });
});

it('refuses a key from the moment that the configuration does not have it', () => {
  const keyring = createKeyring([workspace('acme', [{ source: 'shop', siteId: 's', apiKey: 'k' }])]);
  keyring.replace([workspace('acme', [{ source: 'shop', siteId: 's', apiKey: 'new' }])]);
  expect(keyring.byBasic('s', 'k')).toBeUndefined();
  expect(keyring.byBasic('s', 'new')).toBeDefined();
});

it('holds no credential in a caller', () => {
  const caller = createKeyring([workspace('acme', [{ source: 'shop', siteId: 's-1', apiKey: 'secret' }])]).byBasic(
    's-1',
    'secret',
  );
  expect(JSON.stringify(caller)).not.toMatch(/s-1|secret/);
});
