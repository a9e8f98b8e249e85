import type { BenchPlan } from './plan.ts';
import type { RoleProcess } from './role-process.ts';
import type { Stage } from './stage.ts';
import { redisMemoryBytes } from './usage.ts';

/** Bytes of Redis's memory for each operation that waits. */
export type RedisBytes = Readonly<Record<'a' | 'b' | 'c', number>>;

/** Fills queues that nobody consumes, one contender after the other. */
export async function measureRedisMemory(stage: Stage, plan: BenchPlan): Promise<RedisBytes> {
  const { usual, packed, single } = stage.senders;
  const fill = async (sender: RoleProcess, target: string): Promise<number> => {
    const before = await redisMemoryBytes(stage.client);
    await sender.call('fill', { target, operations: plan.fill, callers: plan.callers });
    return ((await redisMemoryBytes(stage.client)) - before) / plan.fill;
  };
  return { a: await fill(usual, 'fill'), b: await fill(packed, 'fill-packed'), c: await fill(single, 'fill-single') };
}
