import { expect, it } from 'vitest';
import { parseTrustedNetworks } from './trusted-networks.ts';

it.each([
  ['10.0.0.0/8', '10.1.2.3', true],
  ['10.0.0.0/8', '::ffff:10.1.2.3', true],
  ['10.0.0.0/8', '11.1.2.3', false],
  ['127.0.0.1, ::1', '::1', true],
  ['127.0.0.1, ::1', '127.0.0.2', false],
  ['fd00::/8', 'fd12::1', true],
  ['fd00::/8', 'fe80::1', false],
  ['0.0.0.0/0', undefined, false],
])('%j contains %j: %s', (text, address, expected) => {
  const networks = parseTrustedNetworks(text);
  expect(networks.ok && networks.contains(address)).toBe(expected);
});

it.each(['', '10.0.0.0/33', '10.0.0/8', 'proxy.internal', '10.0.0.0/', '::/129', '10.0.0.0/-1'])(
  'refuses %j',
  (text) => {
    expect(parseTrustedNetworks(text).ok).toBe(false);
  },
);
