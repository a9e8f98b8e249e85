import { crc32 } from 'node:zlib';
import type { SpoolableOperation, SpooledOperation, WriteOrigin } from './spooled-operation.ts';

/**
 * The bytes of a segment, as docs/spool-format.md has them; all numbers little-endian. Pure: no file is touched here.
 */
const MAGIC = 'CIOSPOOL';
const VERSION = 1;
const ULID_BYTES = 26;

/** Bytes before the first record. */
export const HEADER_BYTES = 64;
const HEADER = { version: 8, size: 10, spoolId: 12, firstIndex: 40, crc: 60 } as const;

/** crc, length, index, flags, verb length, lane key length. */
const FIXED_BYTES = 20;
const RECORD = { crc: 0, length: 4, index: 8, flags: 16, verbLength: 17, laneKeyLength: 18 } as const;
/** run, sequence, lane, lanes. */
const ORIGIN_BYTES = ULID_BYTES + 12;

/** A longer record can't be one of ours: an operation is bounded by Customer.io's 32 kB, its labels by 1 kB. */
export const MAX_RECORD_BYTES = 1 << 20;

const FLAG = { erases: 1, hasOrigin: 2 } as const;

/** What the header of a segment says. */
export interface SegmentHeader {
  /** ULID of the spool that the segment belongs to. */
  readonly spoolId: string;
  /** Index of its first record. */
  readonly firstIndex: number;
  /** Begins the checksum of every record, so that no record of another segment passes for one of this. */
  readonly seed: number;
}

export function encodeHeader(spoolId: string, firstIndex: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 0, 'latin1');
  header.writeUInt16LE(VERSION, HEADER.version);
  header.writeUInt16LE(HEADER_BYTES, HEADER.size);
  header.write(spoolId, HEADER.spoolId, 'latin1');
  header.writeUIntLE(firstIndex, HEADER.firstIndex, 6);
  header.writeUInt32LE(crc32(header.subarray(0, HEADER.crc)), HEADER.crc);
  return header;
}

/** Undefined for what isn't a whole header of a version that we read. */
export function decodeHeader(bytes: Buffer): SegmentHeader | undefined {
  if (bytes.length < HEADER_BYTES || bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return undefined;
  const seed = bytes.readUInt32LE(HEADER.crc);
  if (crc32(bytes.subarray(0, HEADER.crc)) !== seed || bytes.readUInt16LE(HEADER.version) !== VERSION) return undefined;
  return {
    spoolId: bytes.toString('latin1', HEADER.spoolId, HEADER.spoolId + ULID_BYTES),
    firstIndex: bytes.readUIntLE(HEADER.firstIndex, 6),
    seed,
  };
}

/** No record of `operation` takes more bytes than this. */
export function recordBytesBound({ laneKey, verb, bytes, origin }: SpoolableOperation): number {
  return FIXED_BYTES + (origin === undefined ? 0 : ORIGIN_BYTES) + verb.length * 3 + laneKey.length * 3 + bytes;
}

/** The records of `operations`, numbered from `firstIndex`, one after the other. */
export function encodeRecords(operations: readonly SpoolableOperation[], firstIndex: number, seed: number): Buffer {
  const buffer = Buffer.allocUnsafe(operations.reduce((sum, operation) => sum + recordBytesBound(operation), 0));
  let offset = 0;
  operations.forEach((operation, count) => {
    const start = offset;
    offset = encodeBody(buffer, start, operation);
    writeUint48(buffer, firstIndex + count, start + RECORD.index);
    buffer.writeUInt32LE(offset - start, start + RECORD.length);
    buffer.writeUInt32LE(crc32(buffer.subarray(start + RECORD.length, offset), seed), start + RECORD.crc);
  });
  return buffer.subarray(0, offset);
}

/** Everything but checksum, length and index. Gives the offset behind it. */
function encodeBody(buffer: Buffer, start: number, operation: SpoolableOperation): number {
  const { origin } = operation;
  let offset = start + FIXED_BYTES;
  if (origin !== undefined) offset = encodeOrigin(buffer, offset, origin);
  const verbLength = buffer.write(operation.verb, offset, 'utf8');
  offset += verbLength;
  const laneKeyLength = buffer.write(operation.laneKey, offset, 'utf8');
  offset += laneKeyLength;
  const flags = (operation.erases ? FLAG.erases : 0) | (origin === undefined ? 0 : FLAG.hasOrigin);
  buffer.writeUInt8(flags, start + RECORD.flags);
  buffer.writeUInt8(verbLength, start + RECORD.verbLength);
  buffer.writeUInt16LE(laneKeyLength, start + RECORD.laneKeyLength);
  return offset + buffer.write(`{"id":"${operation.id}","at":${operation.atMs},${operation.tail}`, offset, 'utf8');
}

function encodeOrigin(buffer: Buffer, start: number, { run, sequence, lane, lanes }: WriteOrigin): number {
  buffer.write(run, start, 'latin1');
  writeUint48(buffer, sequence, start + ULID_BYTES);
  buffer.writeUInt16LE(lane, start + ULID_BYTES + 8);
  buffer.writeUInt16LE(lanes, start + ULID_BYTES + 10);
  return start + ORIGIN_BYTES;
}

function writeUint48(buffer: Buffer, value: number, offset: number): void {
  buffer.writeUIntLE(value, offset, 6);
  buffer.writeUInt16LE(0, offset + 6);
}

/** What begins at an offset: a record, less than one (`bytes` are needed to tell), or nothing that we wrote. */
export type FoundRecord =
  | { readonly kind: 'record'; readonly index: number; readonly next: number }
  | { readonly kind: 'incomplete'; readonly bytes: number }
  | { readonly kind: 'damaged' };

const DAMAGED = { kind: 'damaged' } as const;

/** Looks for a record at `start`. It counts only if its checksum is right. */
export function findRecord(bytes: Buffer, start: number, seed: number): FoundRecord {
  const available = bytes.length - start;
  if (available < FIXED_BYTES) return { kind: 'incomplete', bytes: FIXED_BYTES };
  const length = bytes.readUInt32LE(start + RECORD.length);
  if (length < FIXED_BYTES || length > MAX_RECORD_BYTES) return DAMAGED;
  if (available < length) return { kind: 'incomplete', bytes: length };
  const next = start + length;
  const crc = bytes.readUInt32LE(start + RECORD.crc);
  if (crc32(bytes.subarray(start + RECORD.length, next), seed) !== crc) return DAMAGED;
  return { kind: 'record', index: indexAt(bytes, start), next };
}

function indexAt(bytes: Buffer, start: number): number {
  return bytes.readUIntLE(start + RECORD.index, 6);
}

/** Reads the record that was found from `start` to `next`. */
export function readRecord(bytes: Buffer, start: number, next: number): SpooledOperation {
  const flags = bytes.readUInt8(start + RECORD.flags);
  const hasOrigin = (flags & FLAG.hasOrigin) !== 0;
  const verbStart = start + FIXED_BYTES + (hasOrigin ? ORIGIN_BYTES : 0);
  const laneKeyStart = verbStart + bytes.readUInt8(start + RECORD.verbLength);
  const textStart = laneKeyStart + bytes.readUInt16LE(start + RECORD.laneKeyLength);
  const text = bytes.toString('utf8', textStart, next);
  const tailStart = text.indexOf(',', AT_START) + 1;
  return {
    index: indexAt(bytes, start),
    verb: bytes.toString('utf8', verbStart, laneKeyStart),
    laneKey: bytes.toString('utf8', laneKeyStart, textStart),
    erases: (flags & FLAG.erases) !== 0,
    id: text.slice(ID_START, ID_START + ULID_BYTES),
    atMs: Number(text.slice(AT_START, tailStart - 1)),
    tail: text.slice(tailStart),
    bytes: next - textStart,
    origin: hasOrigin ? readOrigin(bytes, start + FIXED_BYTES) : undefined,
  };
}

const ID_START = '{"id":"'.length;
const AT_START = ID_START + ULID_BYTES + '","at":'.length;

function readOrigin(bytes: Buffer, start: number): WriteOrigin {
  return {
    run: bytes.toString('latin1', start, start + ULID_BYTES),
    sequence: bytes.readUIntLE(start + ULID_BYTES, 6),
    lane: bytes.readUInt16LE(start + ULID_BYTES + 8),
    lanes: bytes.readUInt16LE(start + ULID_BYTES + 10),
  };
}
