const BASE_MS = 300_000;
const CAP_MS = 3_600_000;

/** When what failed is tried again: after 5 minutes, doubled up to an hour. */
export interface Retries {
  isDue(key: string): boolean;
  /** @returns when, in ms */
  failed(key: string): number;
  succeeded(key: string): void;
  /** How many have failed and not succeeded since. */
  readonly waiting: number;
}

export function createRetries(now: () => number): Retries {
  const failures = new Map<string, { readonly count: number; readonly dueAt: number }>();
  return {
    isDue: (key) => now() >= (failures.get(key)?.dueAt ?? 0),
    failed(key) {
      const count = (failures.get(key)?.count ?? 0) + 1;
      const dueAt = now() + Math.min(CAP_MS, BASE_MS * 2 ** (count - 1));
      failures.set(key, { count, dueAt });
      return dueAt;
    },
    succeeded: (key) => void failures.delete(key),
    get waiting() {
      return failures.size;
    },
  };
}
