/** About a batch of the workers: with so much in its lane a replay doesn't keep them waiting. */
const ENOUGH_BYTES = 512 * 1_024;

/** With each so many bytes more the pause doubles, so that many spools together keep a lane nearly as short as one does. */
const DOUBLING_BYTES = 256 * 1_024;

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 5_000;

/**
 * How long a replay leaves a lane alone after it wrote a job, by what waits there: operations on a disk are safe and late already,
 * while fresh ones of other persons queue behind all that is in the lane. In ms.
 *
 * Never longer than 5 s, so that a lane which is never short takes spools in, too.
 */
export function replayPauseMs(laneBytes: number): number {
  if (laneBytes <= ENOUGH_BYTES) return 0;
  return Math.min(FIRST_PAUSE_MS * 2 ** ((laneBytes - ENOUGH_BYTES) / DOUBLING_BYTES), MAX_PAUSE_MS);
}
