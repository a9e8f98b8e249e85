import { setTimeout as delay } from 'node:timers/promises';

/** How long and how often to look. */
export interface WaitForOptions {
  /** Generous, since a loaded machine is slow; it is only spent when a test fails. @defaultValue 40_000 */
  readonly timeoutMs?: number;
  /** @defaultValue 20 */
  readonly intervalMs?: number;
  /** What is waited for, for the message of the time-out. */
  readonly description?: string;
}

const defaults = { timeoutMs: 40_000, intervalMs: 20, description: 'the condition' } satisfies WaitForOptions;

type Falsy = false | 0 | '' | null | undefined;

/**
 * Waits until `condition` gives something truthy, and returns it. A condition that throws counts as "not yet"; its last
 * error becomes the `cause` of the time-out.
 *
 * @throws Error when `timeoutMs` is over
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: WaitForOptions = {},
): Promise<Exclude<Awaited<T>, Falsy>> {
  const { timeoutMs, intervalMs, description } = { ...defaults, ...options };
  const deadlineMs = performance.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value) return value as Exclude<Awaited<T>, Falsy>;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() >= deadlineMs) {
      throw new Error(`waited ${timeoutMs} ms for ${description}, in vain`, { cause: lastError });
    }
    await delay(intervalMs);
  }
}
