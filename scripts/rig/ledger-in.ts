import { type Ledger, readLedger, workspaceKeys } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';

/** One command, so that the client can repeat it when a drill kills Redis. */
const READ_BOTH = `return {redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[2])}`;

/** The ledger of the workspace `default` at one instant: read under traffic in two steps, it would not add up. */
export async function ledgerIn(redis: Redis): Promise<Ledger> {
  const keys = workspaceKeys('default');
  const [ledger, waiting] = (await redis.eval(READ_BOTH, 2, keys.ledger, keys.waiting)) as readonly string[][];
  return readLedger(hashOf(ledger), hashOf(waiting));
}

/** Redis answers a hash within a script as a list of names and values in turn. */
function hashOf(pairs: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: pairs.length / 2 }, (_, place) => [pairs[place * 2] ?? '', pairs[place * 2 + 1] ?? '']),
  );
}
