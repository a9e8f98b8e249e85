/** Says whether there is time left for work that matters less than what it is done beside. */
export interface CpuShare {
  /** Whether less was spent than the share allows. */
  readonly hasLeft: boolean;
  /** Runs synchronous work and counts how long it took. */
  measure<T>(work: () => T): T;
}

/** How much of the share may be saved up, in ms: a burst after a quiet second is fine. */
const MOST_SAVED_MS = 100;

/**
 * @param share - of one core, 0 to 1
 * @param now - monotonic, in ms
 */
export function createCpuShare(share: number, now: () => number = () => performance.now()): CpuShare {
  let leftMs = MOST_SAVED_MS;
  let countedAt = now();
  const refill = () => {
    const at = now();
    leftMs = Math.min(MOST_SAVED_MS, leftMs + (at - countedAt) * share);
    countedAt = at;
  };
  return {
    get hasLeft() {
      refill();
      return leftMs > 0;
    },
    measure(work) {
      const startedAt = now();
      const result = work();
      leftMs -= now() - startedAt;
      return result;
    },
  };
}
