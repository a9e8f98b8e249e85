import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { MAX_TIME_MS, STORED_FIELDS, type StoredRow } from '../row.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** The version of the pack format that this package writes. */
export const PACK_FORMAT_VERSION = 1;

/** The data of a job on the journal's queue. */
export interface PackData {
  readonly v: typeof PACK_FORMAT_VERSION;
  /** Rows in it, for who looks at the queue. */
  readonly n: number;
  /** Rows as arrays in the order of `STORED_FIELDS`, as JSON, compressed by zstd, in base64. */
  readonly z: string;
}

/** More than any pack of ours; what claims to be larger is not unpacked. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;

/** A pack of a thousand rows comes in four chunks instead of fifty: each is a visit to a thread and a callback. */
const UNPACKED_CHUNK_BYTES = 256 * 1024;

/** Level 1 takes a tenth of the time of JSON.stringify, on a thread of libuv, and leaves a sixth of the bytes in Redis. */
const COMPRESSION = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

export async function encodePack(rows: readonly StoredRow[]): Promise<PackData> {
  const arrays = rows.map((row) => STORED_FIELDS.map((field) => row[field]));
  const packed = await compress(Buffer.from(JSON.stringify(arrays)), COMPRESSION);
  return { v: PACK_FORMAT_VERSION, n: rows.length, z: packed.toString('base64') };
}

export type ReadPack =
  | { readonly kind: 'ok'; readonly rows: readonly StoredRow[]; readonly unreadable: readonly unknown[] }
  | { readonly kind: 'newer'; readonly version: number }
  | { readonly kind: 'unreadable'; readonly problem: string };

/** Reads a pack. Anybody who can write to Redis can write one: what isn't a row is set aside, never a crash. */
export async function decodePack(data: unknown): Promise<ReadPack> {
  const { v, z } = (typeof data === 'object' && data !== null ? data : {}) as { v?: unknown; z?: unknown };
  if (typeof v === 'number' && v > PACK_FORMAT_VERSION) return { kind: 'newer', version: v };
  if (v !== PACK_FORMAT_VERSION || typeof z !== 'string')
    return { kind: 'unreadable', problem: 'no pack of version 1' };
  let arrays: unknown;
  try {
    const packed = Buffer.from(z, 'base64');
    const unpacked = await decompress(packed, { maxOutputLength: MAX_UNPACKED_BYTES, chunkSize: UNPACKED_CHUNK_BYTES });
    arrays = JSON.parse(unpacked.toString('utf8'));
  } catch (error) {
    return { kind: 'unreadable', problem: error instanceof Error ? error.message : String(error) };
  }
  if (!Array.isArray(arrays)) return { kind: 'unreadable', problem: 'expected an array of rows' };
  const rows: StoredRow[] = [];
  const unreadable: unknown[] = [];
  for (const array of arrays as unknown[]) {
    const row = readRow(array);
    if (row === undefined) unreadable.push(array);
    else rows.push(row);
  }
  return { kind: 'ok', rows, unreadable };
}

const NUMBERS = new Set<keyof StoredRow>(['time', 'acceptedAt', 'step', 'attempts', 'status', 'queuedMs']);
/** What is beyond, no sink of ours writes; a date of it would throw in every store. */
const TIMES = new Set<keyof StoredRow>(['time', 'acceptedAt']);
const REQUIRED = new Set<keyof StoredRow>([
  'time',
  'acceptedAt',
  'workspace',
  'operationId',
  'step',
  'outcome',
  'action',
]);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Fields that a newer version appended are left out; those that an older one didn't know are null. */
function readRow(array: unknown): StoredRow | undefined {
  if (!Array.isArray(array)) return undefined;
  const row: Record<string, unknown> = {};
  for (let index = 0; index < FIELD_CHECKS.length; index += 1) {
    const { field, isValid } = FIELD_CHECKS[index] as FieldCheck;
    const value: unknown = array[index] ?? null;
    if (!isValid(value)) return undefined;
    row[field] = value;
  }
  return UUID.test(row.operationId as string) ? (row as unknown as StoredRow) : undefined;
}

interface FieldCheck {
  readonly field: keyof StoredRow;
  readonly isValid: (value: unknown) => boolean;
}

/** Looked up once: a pack has a thousand rows of these. */
const FIELD_CHECKS: readonly FieldCheck[] = STORED_FIELDS.map((field) => {
  const isKind = kindOf(field);
  return { field, isValid: REQUIRED.has(field) ? isKind : (value) => value === null || isKind(value) };
});

function kindOf(field: keyof StoredRow): FieldCheck['isValid'] {
  if (TIMES.has(field))
    return (value) => Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MAX_TIME_MS;
  if (NUMBERS.has(field)) return (value) => Number.isSafeInteger(value);
  if (field === 'aliases') return (value) => Array.isArray(value) && value.every((alias) => typeof alias === 'string');
  return (value) => typeof value === 'string';
}
