import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { ArchiveError } from './archive-error.ts';
import type { ArchiveObjects } from './archive-objects.ts';
import type { ArchiveTarget } from './archive-target.ts';

type Sdk = typeof import('@aws-sdk/client-s3');

/** Parts of an upload; S3 takes 10,000 of them, and none but the last below 5 MiB. */
const PART_BYTES = 16 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 120_000;

/**
 * An archive in a bucket. Credentials are found by AWS's SDK: variables, profile, web identity, the machine's role. Every body goes
 * with its MD5, so that the store refuses what was damaged on the way.
 */
export async function openS3Objects(target: ArchiveTarget & { kind: 's3' }): Promise<ArchiveObjects> {
  const sdk = await loadSdk();
  const { bucket: Bucket, prefix, region, endpoint } = target;
  const client: S3Client = new sdk.S3Client({
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(region !== undefined ? { region } : endpoint !== undefined ? { region: 'us-east-1' } : {}),
    // Checksums in trailers are unknown to many stores that are not AWS's; the MD5 does the same.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
  });
  const keyOf = (key: string) => (prefix === '' ? key : `${prefix}/${key}`);

  async function put(Key: string, Body: Buffer): Promise<void> {
    await client.send(new sdk.PutObjectCommand({ Bucket, Key, Body, ContentMD5: md5Of(Body) }));
  }

  /** In parts, so that a file of gigabytes needs the memory of one. */
  async function putParts(Key: string, parts: AsyncIterable<Buffer>): Promise<void> {
    const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key }));
    try {
      const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
      for await (const Body of parts) {
        const PartNumber = Parts.length + 1;
        const command = new sdk.UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ContentMD5: md5Of(Body) });
        Parts.push({ PartNumber, ETag: (await client.send(command)).ETag });
      }
      await client.send(new sdk.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    } catch (error) {
      // Parts of an upload that never ends are paid for; a store that is away keeps them until its lifecycle rule.
      await client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(() => undefined);
      throw error;
    }
  }

  return {
    async list(below) {
      const keys: string[] = [];
      const pages = sdk.paginateListObjectsV2({ client }, { Bucket, Prefix: keyOf(below) });
      for await (const { Contents = [] } of pages) keys.push(...Contents.flatMap(({ Key }) => Key ?? []));
      return keys.map((key) => (prefix === '' ? key : key.slice(prefix.length + 1)));
    },
    async readText(key) {
      try {
        const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket, Key: keyOf(key) }));
        return await Body?.transformToString('utf-8');
      } catch (error) {
        if ((error as { name?: unknown }).name === 'NoSuchKey') return undefined;
        throw error;
      }
    },
    writeText: (key, text) => put(keyOf(key), Buffer.from(text)),
    async upload(key, file) {
      const { size } = await statOf(file);
      if (size > PART_BYTES) return putParts(keyOf(key), partsOf(file));
      for await (const whole of partsOf(file)) await put(keyOf(key), whole);
    },
    async sizeOf(key) {
      const { ContentLength = -1 } = await client.send(new sdk.HeadObjectCommand({ Bucket, Key: keyOf(key) }));
      return ContentLength;
    },
    async read(key, from, bytes) {
      const Range = `bytes=${from}-${from + bytes - 1}`;
      const { Body } = await client.send(new sdk.GetObjectCommand({ Bucket, Key: keyOf(key), Range }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    remove: async (key) => void (await client.send(new sdk.DeleteObjectCommand({ Bucket, Key: keyOf(key) }))),
    close: () => client.destroy(),
  };
}

async function loadSdk(): Promise<Sdk> {
  try {
    return await import('@aws-sdk/client-s3');
  } catch (cause) {
    const message =
      'expected the package @aws-sdk/client-s3 for JOURNAL_ARCHIVE=s3://…, got none; install optional dependencies';
    throw new ArchiveError('ARCHIVE_ENGINE_MISSING', message, { cause });
  }
}

function md5Of(body: Buffer): string {
  return createHash('md5').update(body).digest('base64');
}

async function statOf(file: string) {
  const handle = await open(file);
  try {
    return await handle.stat();
  } finally {
    await handle.close();
  }
}

async function* partsOf(path: string): AsyncIterable<Buffer> {
  const file = await open(path);
  try {
    for (;;) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(PART_BYTES), 0, PART_BYTES);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
