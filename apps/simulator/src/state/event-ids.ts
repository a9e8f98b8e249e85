import { type UlidAddition, UlidSet } from './ulid-set.ts';

/**
 * The event ids that were seen, up to a bound: two generations, the older of which is forgotten when the younger is
 * full. So at least the last `maxIds / 2` are known. Customer.io's own window is not documented.
 */
export class EventIds {
  readonly #generationSize: number;
  #older = new UlidSet();
  #younger = new UlidSet();

  constructor(maxIds: number) {
    this.#generationSize = Math.max(1, Math.ceil(maxIds / 2));
  }

  add(id: string): UlidAddition {
    if (this.#older.has(id)) return 'repeat';
    if (this.#younger.size >= this.#generationSize) {
      this.#older = this.#younger;
      this.#younger = new UlidSet();
      if (this.#older.has(id)) return 'repeat';
    }
    return this.#younger.add(id);
  }
}
