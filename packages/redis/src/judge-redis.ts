import type { Finding } from './finding.ts';
import { judgeSetup } from './judge-setup.ts';
import { judgeState } from './judge-state.ts';
import type { RedisFacts } from './redis-facts.ts';

/** All that is to be said about one Redis server. Pure: the whole table of verdicts is in its test. */
export function judgeRedis(facts: RedisFacts): readonly Finding[] {
  return [...judgeSetup(facts), ...judgeState(facts)];
}
