import { type Brake, readBrake, workspaceKeys } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { hashOf, snapshot } from '../state/round-trip.ts';
import { type BrakeSet, NO_BRAKES } from './brake-set.ts';

/** The brakes of a workspace, and the version that they have, at one moment. */
export async function readBrakes(redis: Redis, workspace: string): Promise<BrakeSet> {
  const keys = workspaceKeys(workspace);
  const [version, brakes] = await snapshot(redis, keys.brakes, [
    ['GET', keys.brakesVersion],
    ['HGETALL', keys.brakes],
  ]);
  return { version: typeof version === 'string' ? version : NO_BRAKES.version, brakes: brakesOf(hashOf(brakes)) };
}

/** Those that can be read, oldest first. */
export function brakesOf(hash: Readonly<Record<string, string>>): readonly Brake[] {
  return Object.values(hash)
    .flatMap((text) => readBrake(text) ?? [])
    .sort((left, right) => (left.id < right.id ? -1 : 1));
}
