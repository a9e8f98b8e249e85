import { outcomesKey } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { KEPT_OUTCOMES, readOutcomesAfter } from './outcome-stream.ts';
import { personKey } from './person-key.ts';

const PAGE = 1_000;
/** The stream is trimmed to about its bound: it may hold somewhat more. */
const MOST_PAGES = (2 * KEPT_OUTCOMES) / PAGE;

/** Removes a person's outcomes from the live stream. @returns how many */
export async function forgetOutcomes(redis: Redis, workspace: string, person: string): Promise<number> {
  const laneKey = personKey(person);
  let after = '0-0';
  let removed = 0;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { outcomes, lastId } = await readOutcomesAfter(redis, workspace, after, PAGE);
    if (lastId === after) break;
    after = lastId;
    const ids = outcomes.filter((outcome) => outcome.person === laneKey).map(({ id }) => id);
    if (ids.length > 0) removed += await redis.xdel(outcomesKey(workspace), ...ids);
  }
  return removed;
}
