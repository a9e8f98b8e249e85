import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@cio-fleet/testkit';
import { onTestFinished } from 'vitest';
import type { ArchiveTarget } from '../src/index.ts';

/** A folder that ends with its test. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-archive-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

export interface ArchivePlace {
  readonly target: ArchiveTarget;
  /** Where the files of the archive end up on this disk. */
  readonly folder: string;
}

export function folderArchive(): ArchivePlace {
  const folder = makeFolder();
  return { target: { kind: 'folder', folder }, folder };
}

const BUCKET = 'journal';
/** What s3rver takes. */
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };

/** A bucket of an S3 server in this process. Its credentials are in the environment, where AWS's SDK looks. */
export async function bucketArchive(): Promise<ArchivePlace & { stop(): Promise<void>; start(): Promise<void> }> {
  const { default: S3rver } = await import('s3rver');
  const folder = makeFolder();
  const port = await freePort();
  const server = () =>
    new S3rver({
      port,
      address: '127.0.0.1',
      silent: true,
      directory: folder,
      configureBuckets: [{ name: BUCKET, configs: [] }],
    });
  let running = server();
  await running.run();
  const before = Object.keys(CREDENTIALS).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, CREDENTIALS);
  onTestFinished(async () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await running.close();
  });
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    target: { kind: 's3', bucket: BUCKET, prefix: 'cio/journal', region: 'eu-central-1', endpoint },
    folder,
    stop: () => running.close(),
    async start() {
      running = server();
      await running.run();
    },
  };
}
