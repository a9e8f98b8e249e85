/**
 * A map that forgets what was not used for long once it is full, so that strangers can't fill the memory. In two generations: what is
 * used moves to the young one, and when that has half of the room the old one is forgotten as a whole. So using what was used
 * lately, which is the usual case, changes nothing.
 */
export class BoundedMap<Value> {
  readonly #room: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  /** @param capacity - at least 2; the last half of it is always there */
  constructor(capacity: number) {
    this.#room = Math.max(1, Math.floor(capacity / 2));
  }

  get(key: string): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: Value): void {
    this.#young.set(key, value);
    if (this.#young.size < this.#room) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }
}
