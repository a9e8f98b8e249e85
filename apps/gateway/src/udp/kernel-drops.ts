import { readFile } from 'node:fs/promises';
import type { Listening } from './datagram-receiver.ts';

/** The column of `/proc/net/udp` that counts drops is the last. */
const ADDRESS_COLUMN = 1;

/**
 * Datagrams that the kernel dropped at this socket because its buffer was full, ever.
 *
 * @returns undefined where the system doesn't tell (it is no Linux)
 */
export async function kernelDropsOf({ address, port, family }: Listening): Promise<number | undefined> {
  const path = family === 'IPv6' ? '/proc/net/udp6' : '/proc/net/udp';
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : dropsIn(text, address, port);
}

/** Reads the table of sockets. Of IPv6 addresses only the port is compared: the form in the table is the machine's own. */
export function dropsIn(table: string, address: string, port: number): number | undefined {
  const local = `${address.includes(':') ? '' : hexOf(address)}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of table.split('\n')) {
    const columns = line.trim().split(/\s+/);
    if (columns[ADDRESS_COLUMN]?.endsWith(local)) {
      const drops = Number(columns.at(-1));
      return Number.isSafeInteger(drops) ? drops : undefined;
    }
  }
  return undefined;
}

/** `127.0.0.1` as the table has it: the bytes from the last to the first. */
function hexOf(address: string): string {
  const bytes = address.split('.').map(Number).toReversed();
  return bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');
}
