/** Something up to an index of a log was taken by Redis. */
interface Taken<Log> {
  readonly log: Log;
  index: number;
  takenAtMs: number;
}

/** Marks nearer together than this are one. */
const GRAIN_MS = 50;

/** Keeps records on the disk for a while after Redis took them, in case it comes back without them. */
export class Retention<Log> {
  readonly #retainMs: number;
  #taken: Taken<Log>[] = [];

  constructor(retainMs: number) {
    this.#retainMs = retainMs;
  }

  get isEmpty(): boolean {
    return this.#taken.length === 0;
  }

  note(log: Log, index: number, nowMs: number): void {
    const last = this.#taken.at(-1);
    if (last?.log === log && nowMs - last.takenAtMs < GRAIN_MS) last.index = Math.max(last.index, index);
    else this.#taken.push({ log, index, takenAtMs: nowMs });
  }

  /** Redis had everything at `seenAtMs`: what it took long enough before is out of danger. */
  release(seenAtMs: number): readonly { readonly log: Log; readonly index: number }[] {
    const safe = this.#taken.filter(({ takenAtMs }) => takenAtMs + this.#retainMs <= seenAtMs);
    this.#taken = this.#taken.slice(safe.length);
    return safe;
  }

  /** Redis was away, and another may have come back: the time counts anew. */
  restart(nowMs: number): void {
    for (const taken of this.#taken) taken.takenAtMs = nowMs;
  }

  /** These logs are written anew. */
  forget(logs: readonly Log[]): void {
    this.#taken = this.#taken.filter(({ log }) => !logs.includes(log));
  }
}
