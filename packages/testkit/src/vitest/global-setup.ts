import type { TestProject } from 'vitest/node';
import { type EmbeddedRedis, startRedis } from '../redis-server.ts';
import type {} from './provided-context.ts';

let redis: EmbeddedRedis | undefined;

/** Starts the one Redis of this test run. Tests that kill Redis start their own. */
export async function setup(project: TestProject): Promise<void> {
  // Nothing here survives the run, so no test of the shared server waits for a disk.
  redis = await startRedis({ appendFsync: 'no' });
  project.provide('redisUrl', redis.url);
}

/** Stops it. */
export async function teardown(): Promise<void> {
  await redis?.stop();
}
