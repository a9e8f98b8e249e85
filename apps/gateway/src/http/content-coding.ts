import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  deflate: () => createInflate(),
  br: () => createBrotliDecompress(),
};

/** How a body is coded: as it is, in a way that we can undo, or in another (or several at once). */
export type ContentCoding =
  | { readonly kind: 'identity' }
  | { readonly kind: 'coded'; readonly decoder: () => Transform }
  | { readonly kind: 'unknown' };

/** Reads the header `content-encoding`. */
export function contentCodingOf(header: string | undefined): ContentCoding {
  const name = header?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return { kind: 'identity' };
  const decoder = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  return decoder === undefined ? { kind: 'unknown' } : { kind: 'coded', decoder };
}
