import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  decodeHeader,
  encodeHeader,
  encodeRecords,
  findRecord,
  HEADER_BYTES,
  readRecord,
  recordBytesBound,
} from './record-format.ts';
import type { SpoolableOperation, SpooledOperation } from './spooled-operation.ts';

const ULID = '01HZXW0000000000000000000A';

const operations: fc.Arbitrary<SpoolableOperation> = fc
  .record({
    laneKey: fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).filter((text) => text.isWellFormed()),
    verb: fc.constantFrom('track', 'identify', 'suppress'),
    erases: fc.boolean(),
    atMs: fc.integer({ min: 1, max: 2 ** 47 }),
    text: fc.string({ unit: 'binary', maxLength: 200 }).filter((text) => text.isWellFormed()),
    origin: fc.option(
      fc.record({
        run: fc.constant(ULID),
        sequence: fc.integer({ min: 1, max: 2 ** 47 }),
        lane: fc.integer({ min: 0, max: 1_023 }),
        lanes: fc.integer({ min: 1, max: 1_024 }),
      }),
      { nil: undefined },
    ),
  })
  .map(({ text, ...rest }) => {
    const tail = `"op":${JSON.stringify({ text })}}`;
    return { ...rest, id: ULID, tail, bytes: 56 + Buffer.byteLength(tail) };
  });

function segmentOf(list: readonly SpoolableOperation[], firstIndex: number): Buffer {
  const header = encodeHeader(ULID, firstIndex);
  const seed = decodeHeader(header)?.seed ?? 0;
  return Buffer.concat([header, encodeRecords(list, firstIndex, seed)]);
}

/** What a reader gets of a segment's bytes. */
function recover(bytes: Buffer): readonly SpooledOperation[] {
  const header = decodeHeader(bytes);
  if (header === undefined) return [];
  const found: SpooledOperation[] = [];
  let offset = HEADER_BYTES;
  for (;;) {
    const record = findRecord(bytes, offset, header.seed);
    if (record.kind !== 'record') return found;
    found.push(readRecord(bytes, offset, record.next));
    offset = record.next;
  }
}

const strip = ({ bytes: _, index: __, ...rest }: SpooledOperation) => rest;
const stripped = ({ bytes: _, ...rest }: SpoolableOperation) => rest;

it('reads back what it wrote, numbered from the first index on', () => {
  fc.assert(
    fc.property(fc.array(operations, { maxLength: 12 }), fc.integer({ min: 1, max: 2 ** 47 }), (list, firstIndex) => {
      const found = recover(segmentOf(list, firstIndex));
      expect(found.map(strip)).toEqual(list.map(stripped));
      expect(found.map(({ index }) => index)).toEqual(list.map((_, count) => firstIndex + count));
    }),
    { numRuns: 300 },
  );
});

it('bounds the bytes of a record from above', () => {
  fc.assert(
    fc.property(operations, (operation) => {
      expect(encodeRecords([operation], 1, 7).length).toBeLessThanOrEqual(recordBytesBound(operation));
    }),
    { numRuns: 300 },
  );
});

it('recovers an exact prefix of any truncated or flipped segment', () => {
  const harm = fc.record({
    cutAt: fc.double({ min: 0, max: 1, noNaN: true }),
    flipAt: fc.double({ min: 0, max: 1, noNaN: true }),
    bit: fc.nat(7),
  });
  fc.assert(
    fc.property(fc.array(operations, { minLength: 1, maxLength: 12 }), harm, fc.boolean(), (list, where, isFlip) => {
      const whole = segmentOf(list, 5);
      const bytes = Buffer.from(isFlip ? whole : whole.subarray(0, Math.floor(where.cutAt * whole.length)));
      const at = Math.min(bytes.length - 1, Math.floor(where.flipAt * bytes.length));
      if (isFlip) bytes[at] = (bytes[at] as number) ^ (1 << where.bit);
      const found = recover(bytes);
      expect(found.length).toBeLessThanOrEqual(list.length);
      expect(found.map(strip)).toEqual(list.slice(0, found.length).map(stripped));
      // Nothing before the harm is lost.
      const intactBytes = isFlip ? at : bytes.length;
      let end = HEADER_BYTES;
      const expected = list.filter((operation) => {
        end += encodeRecords([operation], 1, 7).length;
        return end <= intactBytes;
      });
      if (intactBytes >= HEADER_BYTES) expect(found.length).toBeGreaterThanOrEqual(expected.length);
    }),
    { numRuns: 1_000 },
  );
});

it('takes no record of another segment for its own', () => {
  const list = [1, 2, 3].map((n) => ({
    laneKey: 'id:p',
    verb: 'track',
    erases: false,
    id: ULID,
    atMs: n,
    tail: '"op":{}}',
    bytes: 64,
    origin: undefined,
  }));
  const own = segmentOf(list.slice(0, 1), 1);
  const other = segmentOf(list, 2).subarray(HEADER_BYTES);
  expect(recover(Buffer.concat([own, other]))).toHaveLength(1);
});

it.each([
  ['zeros', Buffer.alloc(200)],
  ['another version', Object.assign(encodeHeader(ULID, 1), { 8: 2 })],
  ['a short file', encodeHeader(ULID, 1).subarray(0, 63)],
])('finds no header in %s', (_name, bytes) => {
  expect(decodeHeader(bytes)).toBeUndefined();
});
