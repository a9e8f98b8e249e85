/** The identify that reached a person last, with nothing but events after it. */
export interface DeliveredIdentify {
  /** ULID of the operation: a repeat of the same operation is no duplicate. */
  readonly operationId: string;
  /** See `identifyFingerprint`. */
  readonly fingerprint: string;
}

/** What one lane delivered last to each person. It works because a person always meets the same lane. */
export interface IdentifyMemory {
  get(laneKey: string): DeliveredIdentify | undefined;
  remember(laneKey: string, identify: DeliveredIdentify): void;
  /** When an operation of theirs moves, is rejected or redriven. */
  forgetPerson(laneKey: string): void;
  /** Whenever the lane's continuity breaks: assignment, lost lock. */
  clear(): void;
}

export interface IdentifyMemoryOptions {
  /** Persons remembered; beyond it the one remembered longest ago goes. @defaultValue 10_000 */
  readonly maxPersons?: number;
  /** How long an identify is remembered, in ms. @defaultValue 60_000 */
  readonly windowMs?: number;
  /** Clock in ms. @defaultValue Date.now */
  readonly now?: () => number;
}

const defaults = { maxPersons: 10_000, windowMs: 60_000, now: Date.now } satisfies Required<IdentifyMemoryOptions>;

/** A bounded memory of one lane, in one process. Losing it costs a repeated identify, nothing else. */
export function createIdentifyMemory(options: IdentifyMemoryOptions = {}): IdentifyMemory {
  const { maxPersons, windowMs, now } = { ...defaults, ...options };
  // A Map keeps insertion order, and remembering re-inserts: the first key is the oldest.
  const persons = new Map<string, DeliveredIdentify & { readonly atMs: number }>();
  return {
    get(laneKey) {
      const identify = persons.get(laneKey);
      if (identify === undefined) return undefined;
      if (now() - identify.atMs < windowMs) return identify;
      persons.delete(laneKey);
      return undefined;
    },
    remember(laneKey, { operationId, fingerprint }) {
      persons.delete(laneKey);
      persons.set(laneKey, { operationId, fingerprint, atMs: now() });
      if (persons.size <= maxPersons) return;
      const [oldest] = persons.keys();
      if (oldest !== undefined) persons.delete(oldest);
    },
    forgetPerson(laneKey) {
      persons.delete(laneKey);
    },
    clear() {
      persons.clear();
    },
  };
}
