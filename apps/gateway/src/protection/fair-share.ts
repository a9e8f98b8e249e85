/** What a call of a source is worth waiting for. */
export interface FairShareOptions {
  /** Operations that may be on their way to Redis at once. @defaultValue 1_000 */
  readonly maxInFlight?: number;
  /** Operations of one source that may wait for their turn. @defaultValue 10_000 */
  readonly maxWaitingPerSource?: number;
  /** How long a call may wait until it is started, in ms, and once more until its last item is. @defaultValue 1_000 */
  readonly maxWaitMs?: number;
  readonly now?: () => number;
}

/** Serves sources in turn, so that who sends much delays himself first. */
export interface FairShare<Item, Result> {
  /** Whether so many items of the source may wait; asked before work is put into them. */
  hasRoom(source: string, count: number): boolean;
  /** The results come in the order of the items; undefined for those whose turn did not come in time, or for which there was no room. */
  run(source: string, items: readonly Item[]): Promise<readonly (Result | undefined)[]>;
  /** Items that wait for their turn. */
  readonly waiting: number;
  /** Items that are on their way. */
  readonly inFlight: number;
}

interface Call<Item, Result> {
  readonly items: readonly Item[];
  readonly results: (Result | undefined)[];
  readonly calledAtMs: number;
  /** Items that were started. */
  started: number;
  /** Items whose result is known. */
  settled: number;
  readonly resolve: (results: readonly (Result | undefined)[]) => void;
}

interface Turn<Item, Result> {
  readonly source: string;
  readonly calls: Call<Item, Result>[];
  waiting: number;
  /** Items that the source may still start in its turn. */
  credit: number;
}

/** Items of one source in one turn, and at most in one write: a large call takes several turns. */
export const TURN_ITEMS = 100;
/** Items started before other events of the process are looked at: starting one takes some 10 µs. */
const BURST_ITEMS = 200;
const EXPIRY_CHECK_MS = 50;
const DEFAULTS = { maxInFlight: 1_000, maxWaitingPerSource: 10_000, maxWaitMs: 1_000 };

/**
 * Deficit round robin, counted in items. While little is under way everything starts at once. Beyond that calls wait, source
 * by source, and each source in turn starts up to 100 items: a source with single calls waits for one turn of each other
 * source, however much those have waiting.
 *
 * @param start - must not reject, and must give one result for each item
 */
export function createFairShare<Item, Result>(
  start: (items: readonly Item[]) => Promise<readonly Result[]>,
  options: FairShareOptions = {},
): FairShare<Item, Result> {
  const { maxInFlight, maxWaitingPerSource, maxWaitMs } = { ...DEFAULTS, ...options };
  const now = options.now ?? (() => performance.now());
  /** Sources with something waiting, in the order of their turns. */
  const turns: Turn<Item, Result>[] = [];
  const bySource = new Map<string, Turn<Item, Result>>();
  let inFlight = 0;
  let isPumpScheduled = false;
  let expiry: NodeJS.Timeout | undefined;

  function startSome(call: Call<Item, Result>, count: number): void {
    const from = call.started;
    call.started += count;
    inFlight += count;
    const finish = (results: readonly Result[]) => {
      inFlight -= count;
      for (let index = 0; index < count; index += 1) call.results[from + index] = results[index];
      settle(call, count);
      if (turns.length > 0) pump();
    };
    // Whoever starts them answers for failures; should that itself fail, nobody may wait for ever.
    start(call.items.slice(from, from + count)).then(finish, () => finish([]));
  }

  function settle(call: Call<Item, Result>, count: number): void {
    call.settled += count;
    if (call.settled === call.items.length) call.resolve(call.results);
  }

  function pump(): void {
    let burst = BURST_ITEMS;
    for (let turn = turns[0]; turn !== undefined; turn = turns[0]) {
      const call = turn.calls[0];
      if (call === undefined || turn.credit === 0) {
        turns.shift();
        if (call === undefined) bySource.delete(turn.source);
        else turns.push(turn);
        turn.credit = TURN_ITEMS;
        continue;
      }
      const count = Math.min(call.items.length - call.started, turn.credit, maxInFlight - inFlight);
      if (count <= 0) return;
      if (burst <= 0) {
        schedulePump();
        return;
      }
      burst -= count;
      turn.credit -= count;
      turn.waiting -= count;
      if (call.started + count === call.items.length) turn.calls.shift();
      startSome(call, count);
    }
  }

  function schedulePump(): void {
    if (isPumpScheduled) return;
    isPumpScheduled = true;
    setImmediate(() => {
      isPumpScheduled = false;
      pump();
    });
  }

  function expire(): void {
    expiry = undefined;
    const nowMs = now();
    for (const turn of turns) {
      for (let call = turn.calls[0]; call !== undefined && isLate(call, nowMs); call = turn.calls[0]) {
        turn.calls.shift();
        const left = call.items.length - call.started;
        turn.waiting -= left;
        settle(call, left);
      }
    }
    if (turns.length > 0) watchExpiry();
  }

  function isLate({ calledAtMs, started }: Call<Item, Result>, nowMs: number): boolean {
    return nowMs - calledAtMs >= (started === 0 ? maxWaitMs : 2 * maxWaitMs);
  }

  function watchExpiry(): void {
    expiry ??= setTimeout(expire, EXPIRY_CHECK_MS);
    // Whoever waits holds a connection open; this timer needn't hold the process.
    expiry.unref();
  }

  function enqueue(source: string, call: Call<Item, Result>): void {
    let turn = bySource.get(source);
    if (turn === undefined) {
      turn = { source, calls: [], waiting: 0, credit: TURN_ITEMS };
      bySource.set(source, turn);
      turns.push(turn);
    }
    turn.calls.push(call);
    turn.waiting += call.items.length;
    watchExpiry();
    schedulePump();
  }

  function hasRoom(source: string, count: number): boolean {
    const waiting = bySource.get(source)?.waiting ?? 0;
    // A call that is larger than the room of a source comes through while nothing else of it waits.
    return waiting === 0 || waiting + count <= maxWaitingPerSource;
  }

  return {
    hasRoom,
    run(source, items) {
      const count = items.length;
      const results: (Result | undefined)[] = new Array(count).fill(undefined);
      if (count === 0) return Promise.resolve(results);
      if (!hasRoom(source, count)) return Promise.resolve(results);
      return new Promise((resolve) => {
        const call: Call<Item, Result> = { items, results, calledAtMs: now(), started: 0, settled: 0, resolve };
        if (turns.length === 0 && count <= TURN_ITEMS && inFlight + count <= maxInFlight) startSome(call, count);
        else enqueue(source, call);
      });
    },
    get waiting() {
      return turns.reduce((sum, { waiting }) => sum + waiting, 0);
    },
    get inFlight() {
      return inFlight;
    },
  };
}
