import type { IncomingMessage } from 'node:http';
import { parseTrustedNetworks } from '@cio-fleet/lifecycle';
import { expect, it } from 'vitest';
import { createClientAddress, limitedAddress } from './client-address.ts';

const networks = parseTrustedNetworks('10.0.0.0/8, 127.0.0.1');
const addressOf = createClientAddress(networks.ok ? networks.contains : () => false);
const from = (remoteAddress: string, forwarded?: string) =>
  addressOf({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } } as unknown as IncomingMessage);

it.each([
  ['203.0.113.7', '198.51.100.1', '203.0.113.7'],
  ['127.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['127.0.0.1', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
  ['127.0.0.1', '198.51.100.1, 10.2.3.4', '198.51.100.1'],
  ['::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['127.0.0.1', 'nonsense', '127.0.0.1'],
  ['127.0.0.1', undefined, '127.0.0.1'],
])('takes a request from %s forwarded for %s as one of %s', (remote, forwarded, expected) => {
  expect(from(remote, forwarded)).toBe(expected);
});

it.each([
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::1.2.3.4', '64:ff9b:0:0::/64'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
  ['1.2.3.4', '1.2.3.4'],
])('counts %s as %s', (address, expected) => {
  expect(limitedAddress(address)).toBe(expected);
});
