/** How a workspace does, as its counters in Redis tell it. */
export interface LaneLoad {
  /** Bytes that wait in its fullest lane. */
  readonly fullestLaneBytes: number;
  /** Operations accepted per second, from everybody. */
  readonly acceptedPerSecond: number;
  /** Operations delivered per second. */
  readonly deliveredPerSecond: number;
}

/** From when on a lane counts as filling up. */
export interface FloodLimits {
  /** Bytes of a lane beyond which it spills into fallback. */
  readonly laneMaxBytes: number;
  /** Share of it from which on sources above theirs are slowed down. */
  readonly share: number;
}

/**
 * The sources to slow down, of those that sent something in the last minute. Nobody, unless all of this is true:
 * - a lane is filled beyond its share of `laneMaxBytes`;
 * - something is delivered, but less than is accepted. Where nothing is delivered it is an outage: nobody is at fault, and what
 *   comes is kept; where more is delivered, the backlog shrinks by itself;
 * - a source sends more than half-way from its fair share (an equal part) to everything: 75 % of two, 55 % of ten. A source that
 *   is alone is never slowed down for others.
 */
export function findFlooders(
  load: LaneLoad,
  operationsBySource: ReadonlyMap<string, number>,
  { laneMaxBytes, share }: FloodLimits,
): ReadonlySet<string> {
  const isFilling = load.fullestLaneBytes > laneMaxBytes * share;
  const isFlooded = load.deliveredPerSecond > 0 && load.acceptedPerSecond > load.deliveredPerSecond;
  if (!isFilling || !isFlooded) return new Set();
  const active = [...operationsBySource].filter(([, operations]) => operations > 0);
  const total = active.reduce((sum, [, operations]) => sum + operations, 0);
  const fair = 1 / active.length;
  const tooMuch = fair + (1 - fair) / 2;
  return new Set(active.filter(([, operations]) => operations / total > tooMuch).map(([source]) => source));
}
