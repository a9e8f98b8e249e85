import { expect, it } from 'vitest';
import { dropsIn } from './kernel-drops.ts';

const TABLE = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  262: 0100007F:1F91 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 115043 2 0000000000000000 17
  263: 00000000:1F91 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 115044 2 0000000000000000 4
  264: 0200007F:1F92 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 115045 2 0000000000000000 0
`;
const TABLE_6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when
  10: 00000000000000000000000001000000:1F91 00000000000000000000000000000000:0000 07 0:0 00:0 0 0 0 16 2 0 9
`;

it.each([
  ['127.0.0.1', 8081, 17],
  ['0.0.0.0', 8081, 4],
  ['127.0.0.2', 8082, 0],
])('reads the drops of the socket at %s:%i', (address, port, drops) => {
  expect(dropsIn(TABLE, address, port)).toBe(drops);
});

it('reads the drops of an IPv6 socket by its port', () => {
  expect(dropsIn(TABLE_6, '::1', 8081)).toBe(9);
});

it('knows nothing of a socket that is not in the table', () => {
  expect(dropsIn(TABLE, '127.0.0.1', 8082)).toBeUndefined();
  expect(dropsIn('', '127.0.0.1', 8081)).toBeUndefined();
});
