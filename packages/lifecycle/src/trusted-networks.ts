import { BlockList, isIP } from 'node:net';

/** A set of networks, or which of the entries aren't networks. */
export type TrustedNetworks =
  | { readonly ok: true; readonly contains: (address: string | undefined) => boolean }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads addresses and CIDR ranges, separated by commas: `10.0.0.0/8, ::1`. */
export function parseTrustedNetworks(text: string): TrustedNetworks {
  const list = new BlockList();
  const problems: string[] = [];
  const entries = text.split(/[,\s]+/).filter((entry) => entry !== '');
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const version = isIP(address);
    const bits = version === 6 ? 128 : 32;
    const length = prefix === undefined ? bits : Number(prefix);
    if (version === 0 || !Number.isInteger(length) || length < 0 || length > bits || prefix === '') {
      problems.push(`expected addresses or CIDR ranges such as 10.0.0.0/8, got "${entry.slice(0, 60)}"`);
    } else list.addSubnet(address, length, version === 6 ? 'ipv6' : 'ipv4');
  }
  if (entries.length === 0) problems.push('expected the addresses of the proxy, such as 10.0.0.0/8, got none');
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, contains: (address) => address !== undefined && isWithin(list, address) };
}

function isWithin(list: BlockList, address: string): boolean {
  // A dual-stack socket tells an IPv4 peer as ::ffff:10.1.2.3.
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}
