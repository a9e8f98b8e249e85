import { FINAL_STATES, type Ledger, readLedger, workspaceKeys } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';

/** The ledger of a workspace, as it is now. */
export async function readCounts(redis: Redis, workspace: string): Promise<Ledger> {
  const keys = workspaceKeys(workspace);
  const reply = await redis.multi().hgetall(keys.ledger).hgetall(keys.waiting).exec();
  const [ledger, waiting] = (reply ?? []).map(([, hash]) => hash as Record<string, string>);
  return readLedger(ledger ?? {}, waiting ?? {});
}

/** The last line of a timed demo. */
export function summaryLine(ledger: Ledger): string {
  const counts = (
    ['accepted', 'delivered', 'waiting', 'dead-lettered', 'deduplicated', 'erased', 'discarded'] as const
  ).map((field) => `${field}=${ledger[field]}`);
  return `summary ${counts.join(' ')}`;
}

/** One line of live counts; final states that nothing reached are left out. */
export function liveLine(ledger: Ledger, before: Ledger, circuit: string, held: number, now: Date): string {
  const perSecond = ledger.delivered - before.delivered;
  const states = FINAL_STATES.filter((state) => state !== 'delivered' && ledger[state] > 0);
  return [
    now.toTimeString().slice(0, 8),
    `accepted ${ledger.accepted}`,
    `delivered ${ledger.delivered} (${perSecond}/s)`,
    `waiting ${ledger.waiting}`,
    ...states.map((state) => `${state} ${ledger[state]}`),
    `held persons ${held}`,
    `circuit ${circuit}`,
  ].join(' · ');
}
