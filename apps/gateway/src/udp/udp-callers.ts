import { isIPv4 } from 'node:net';
import type { Caller } from '../access/caller.ts';

/** What may be sent to without a write key, and by whom. */
export interface UdpWorkspace {
  readonly name: string;
  readonly gatewayKeys: readonly unknown[];
}

/** The source of operations that come by UDP without a write key. */
const UDP_SOURCE = 'udp';

/**
 * Who sends a datagram without a write key. Nobody may where datagrams can come from other machines (their addresses can be
 * forged), where there are several workspaces, and where the workspace has keys for the gateway.
 */
export function callerWithoutKey(host: string, workspaces: readonly UdpWorkspace[]): Caller | undefined {
  const [only, ...others] = workspaces;
  if (!isLoopback(host) || only === undefined || others.length > 0 || only.gatewayKeys.length > 0) return undefined;
  return { workspace: only.name, source: UDP_SOURCE, keyId: UDP_SOURCE };
}

/** Whether only this machine reaches an address. A name may mean any; so only addresses and `localhost` count. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
