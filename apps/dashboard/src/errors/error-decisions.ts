import { workspaceKeys } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { z } from 'zod';

const decision = z.object({ state: z.enum(['resolved', 'ignored']), by: z.string(), at: z.number() });

/** What an operator decided about a group of failures. */
export type ErrorDecision = z.output<typeof decision>;

/** `open` also when it is back since it was resolved. */
export type ErrorState = 'open' | 'resolved' | 'ignored';

/** More than anybody decides; the oldest give way. */
const KEPT_DECISIONS = 1_000;

/** All decisions of a workspace, by fingerprint. What isn't of our shape counts as none. */
export async function readDecisions(redis: Redis, workspace: string): Promise<ReadonlyMap<string, ErrorDecision>> {
  const hash = await redis.hgetall(workspaceKeys(workspace).errorGroups);
  return new Map(
    Object.entries(hash).flatMap(([fingerprint, text]) => {
      const read = readDecision(text);
      return read === undefined ? [] : [[fingerprint, read] as const];
    }),
  );
}

/** Keeps a decision; without one the group is open again. */
export async function writeDecision(
  redis: Redis,
  workspace: string,
  fingerprint: string,
  decided: ErrorDecision | undefined,
): Promise<void> {
  const { errorGroups } = workspaceKeys(workspace);
  if (decided === undefined) {
    await redis.hdel(errorGroups, fingerprint);
    return;
  }
  await redis.hset(errorGroups, fingerprint, JSON.stringify(decided));
  if ((await redis.hlen(errorGroups)) <= KEPT_DECISIONS) return;
  const byAge = [...(await readDecisions(redis, workspace))].sort(([, a], [, b]) => b.at - a.at);
  const old = byAge.slice(KEPT_DECISIONS).map(([each]) => each);
  if (old.length > 0) await redis.hdel(errorGroups, ...old);
}

/** Resolved holds until the failure comes again; ignored holds. */
export function stateOf(decided: ErrorDecision | undefined, lastAt: number): ErrorState {
  if (decided === undefined) return 'open';
  return decided.state === 'resolved' && lastAt > decided.at ? 'open' : decided.state;
}

function readDecision(text: string): ErrorDecision | undefined {
  try {
    return decision.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // not written by us: nobody decided
  }
}
