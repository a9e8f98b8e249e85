/**
 * Where operations go:
 * - `direct`: to Redis; nothing is in the spool.
 * - `spool`: to the disk, behind what is there.
 * - `wait`: nowhere for the moment, because the spool will be empty or open, or Redis's time known, in an instant.
 */
export type SpoolRoute = 'direct' | 'spool' | 'wait';

/** What the route depends on. */
export interface RouteFacts {
  /** Whether it isn't known yet what former runs left behind. */
  readonly isOpening: boolean;
  /** Whether the disk takes operations, as far as we know. */
  readonly canAppend: boolean;
  /** Whether Redis has told its time, which operations on disk keep for ever. */
  readonly hasRedisTime: boolean;
  /** Whether every operation goes to disk first. */
  readonly isAlways: boolean;
  /** Whether Redis made trouble, and has taken nothing since. */
  readonly isTroubled: boolean;
  /** Operations in the spool that Redis doesn't have. */
  readonly open: number;
}

/** With no more than this in the spool, waiting for it to be empty takes less long than a detour over the disk. */
const NEARLY_EMPTY = 1_000;

/**
 * Decides the route. While the spool has anything, nothing goes past it: that is what keeps the order. All lanes take one
 * route, because Redis is in trouble for all of them or for none.
 */
export function spoolRoute(facts: RouteFacts): SpoolRoute {
  const { isOpening, canAppend, hasRedisTime, isAlways, isTroubled, open } = facts;
  if (isOpening) return 'wait';
  if (canAppend && isTroubled) return 'spool';
  if (canAppend && (isAlways || open > NEARLY_EMPTY)) return hasRedisTime ? 'spool' : 'wait';
  return open === 0 ? 'direct' : 'wait';
}
