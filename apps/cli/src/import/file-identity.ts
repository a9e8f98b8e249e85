import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/** What tells one file from another: its size, and hashes of its beginning and end. A copy is the same file. */
export interface FileIdentity {
  readonly bytes: number;
  readonly head: string;
  readonly tail: string;
}

const SAMPLE_BYTES = 65_536;

export async function identifyFile(file: FileHandle): Promise<FileIdentity> {
  const { size } = await file.stat();
  return {
    bytes: size,
    head: await hashAt(file, 0),
    tail: await hashAt(file, Math.max(0, size - SAMPLE_BYTES)),
  };
}

export function isSameFile(left: FileIdentity, right: FileIdentity): boolean {
  return left.bytes === right.bytes && left.head === right.head && left.tail === right.tail;
}

async function hashAt(file: FileHandle, position: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, position);
  return createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex').slice(0, 32);
}
