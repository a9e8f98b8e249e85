import { newUlid } from '@cio-fleet/contracts';
import type { SpoolableOperation } from '../../src/spool/spooled-operation.ts';

/** An operation as the producer gives it to the spool; `n` tells it apart. */
export function spoolable(n: number, person = `p${n % 7}`, padding = ''): SpoolableOperation {
  const tail = `"op":${JSON.stringify({ type: 'person', action: 'event', identifiers: { id: person }, name: 'e', attributes: { n, padding } })}}`;
  return {
    laneKey: `id:${person}`,
    verb: 'track',
    erases: false,
    id: newUlid(),
    atMs: 1_700_000_000_000 + n,
    tail,
    bytes: 56 + Buffer.byteLength(tail),
    origin: undefined,
  };
}
