import type { JsonObject } from '../json.ts';

interface Entry {
  /** `undefined` once removed: the time still tells an older write from a newer one. */
  readonly value: unknown;
  readonly atSeconds: number;
}

/** No more names than this, as Customer.io allows; removed ones may double it. */
const MAX_ATTRIBUTES = 300;

/** Reserved keys that steer a call and are no attributes. */
const STEERING = new Set(['_update', '_timestamp', 'cio_relationships']);

/** Attributes in which the last writer by timestamp wins, each for itself; `null` and `""` remove. */
export class AttributeStore {
  readonly #entries = new Map<string, Entry>();

  /** Writes what is not older than what is there. @param skip names that must not be written. */
  write(attributes: JsonObject, atSeconds: number, skip?: ReadonlySet<string>): void {
    for (const name in attributes) {
      if (STEERING.has(name) || skip?.has(name)) continue;
      const value = attributes[name];
      this.#writeOne(name, value === null || value === '' ? undefined : value, atSeconds);
    }
  }

  #writeOne(name: string, value: unknown, atSeconds: number): void {
    const entry = this.#entries.get(name);
    if (entry !== undefined && entry.atSeconds > atSeconds) return;
    if (entry === undefined && this.#entries.size >= MAX_ATTRIBUTES * 2) return;
    if (value !== undefined && entry?.value === undefined && this.#liveCountReached()) return;
    this.#entries.set(name, { value, atSeconds });
  }

  #liveCountReached(): boolean {
    if (this.#entries.size < MAX_ATTRIBUTES) return false;
    let live = 0;
    for (const { value } of this.#entries.values()) if (value !== undefined) live += 1;
    return live >= MAX_ATTRIBUTES;
  }

  /** True when a write of `name` at that time would come too late. */
  isNewer(name: string, atSeconds: number): boolean {
    const entry = this.#entries.get(name);
    return entry !== undefined && entry.atSeconds > atSeconds;
  }

  /** Takes over from `other` what is not set here, as a merge does. */
  adopt(other: AttributeStore): void {
    for (const [name, entry] of other.#entries) {
      if (entry.value !== undefined && this.#entries.get(name)?.value === undefined) this.#entries.set(name, entry);
    }
  }

  /** A plain copy. Own keys only, so a name such as `__proto__` is a key like any other. */
  toObject(): JsonObject {
    return Object.fromEntries(
      [...this.#entries].filter(([, { value }]) => value !== undefined).map(([name, { value }]) => [name, value]),
    );
  }
}
