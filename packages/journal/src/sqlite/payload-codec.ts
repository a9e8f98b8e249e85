import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** SQLite compresses nothing, and rows beyond a page go to overflow pages; shorter payloads gain nothing. */
const MIN_COMPRESSED_CHARACTERS = 1_024;
const COMPRESSION = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

export function packPayload(payload: string | null): string | Uint8Array | null {
  if (payload === null || payload.length < MIN_COMPRESSED_CHARACTERS) return payload;
  return zstdCompressSync(payload, COMPRESSION);
}

export function unpackPayload(payload: unknown): unknown {
  return payload instanceof Uint8Array ? zstdDecompressSync(payload).toString('utf8') : payload;
}
