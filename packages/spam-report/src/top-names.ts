/** A name and how often it was seen, at most. */
export interface NameCount {
  readonly name: string;
  readonly count: number;
}

/**
 * The most frequent names of a stream in bounded memory. When it is full, a new name takes the place and the count of the
 * rarest one, so a name that makes up more than 1/capacity of the stream is always among them, and counts err upwards only.
 *
 * @see https://www.cs.ucsb.edu/sites/default/files/documents/2005-23.pdf the space-saving algorithm
 */
export class TopNames {
  readonly #capacity: number;
  readonly #counts = new Map<string, number>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(name: string, count = 1): void {
    const known = this.#counts.get(name);
    if (known !== undefined) {
      this.#counts.set(name, known + count);
      return;
    }
    if (this.#counts.size < this.#capacity) {
      this.#counts.set(name, count);
      return;
    }
    const [rarest, least] = this.#rarest();
    this.#counts.delete(rarest);
    this.#counts.set(name, least + count);
  }

  /** The most frequent first. */
  top(limit: number): readonly NameCount[] {
    return [...this.#counts]
      .map(([name, count]) => ({ name, count }))
      .sort((left, right) => right.count - left.count)
      .slice(0, limit);
  }

  #rarest(): readonly [string, number] {
    let rarest: readonly [string, number] = ['', Number.POSITIVE_INFINITY];
    for (const entry of this.#counts) if (entry[1] < rarest[1]) rarest = entry;
    return rarest;
  }
}
