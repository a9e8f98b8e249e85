/** Says whether there is time left for work that matters less than what it is done beside. */
export interface CpuShare {
  /** Whether less was spent than the share allows. */
  readonly hasLeft: boolean;
  /** Runs synchronous work and counts how long it took. */
  measure<T>(work: () => T): T;
}

/** Both in ms, from any beginning. */
export interface CpuClocks {
  /**
   * Time that this thread had for itself, idle or computing, by which the share is earned: what others on a busy machine take from
   * it is not its own to give.
   */
  readonly own?: () => number;
  /** Time that this thread computes, by which work is paid. */
  readonly cpu?: () => number;
}

/** How much of the share may be saved up, in ms: a burst after a quiet second is fine. */
const MOST_SAVED_MS = 30;

/** @param share - of one core, 0 to 1 */
export function createCpuShare(share: number, clocks: CpuClocks = {}): CpuShare {
  const { own = ownMs, cpu = threadCpuMs } = clocks;
  let leftMs = MOST_SAVED_MS;
  let countedAt = own();
  const refill = () => {
    const at = own();
    leftMs = Math.min(MOST_SAVED_MS, leftMs + (at - countedAt) * share);
    countedAt = at;
  };
  return {
    get hasLeft() {
      refill();
      return leftMs > 0;
    },
    measure(work) {
      const startedAt = cpu();
      const result = work();
      leftMs -= cpu() - startedAt;
      return result;
    },
  };
}

function ownMs(): number {
  return performance.eventLoopUtilization().idle + threadCpuMs();
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
