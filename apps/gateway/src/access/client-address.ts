import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Tells who a request comes from, for limits and reports. */
export type ClientAddress = (request: IncomingMessage) => string;

/**
 * The address of whoever connected; behind a trusted proxy the last address that no trusted proxy wrote into
 * `X-Forwarded-For`. What stands before that one could be anything, for the client may write there too.
 *
 * @param isTrusted - whether an address is one of the operator's own proxies
 */
export function createClientAddress(isTrusted: (address: string | undefined) => boolean): ClientAddress {
  return (request) => {
    let address = request.socket.remoteAddress ?? 'unknown';
    if (!isTrusted(address)) return limitedAddress(address);
    const forwarded = String(request.headers['x-forwarded-for'] ?? '').split(',');
    for (const entry of forwarded.reverse()) {
      const hop = entry.trim();
      if (isIP(hop) === 0) break;
      address = hop;
      if (!isTrusted(hop)) break;
    }
    return limitedAddress(address);
  };
}

/** What an address counts as: an IPv6 customer has 2^64 of them, so the network stands for all. */
export function limitedAddress(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  return isIP(plain) === 6 ? `${networkOf(plain)}::/64` : plain;
}

/** The first four groups of an IPv6 address, written out. */
function networkOf(address: string): string {
  const [left = '', right] = address.toLowerCase().split('::');
  const head = left === '' ? [] : left.split(':');
  // Only the first four groups count, so an embedded IPv4 address at the end needs no reading: it stands for two groups.
  const tail = right === undefined || right === '' ? [] : right.split(':');
  const tailGroups = tail.length + (tail.at(-1)?.includes('.') ? 1 : 0);
  const missing = right === undefined ? 0 : Math.max(0, 8 - head.length - tailGroups);
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
