/** A day in UTC, in ms. */
export const DAY_MS = 86_400_000;
/** Days that are made ahead, so that midnight needs nobody. */
export const DAYS_AHEAD = 3;
/** Days made behind, as far as they are kept: what fallback or dead letters held was accepted then. */
export const DAYS_BEHIND = 14;

/** The UTC day of a time, `2026-11-21`. */
export function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** Midnight with which a day begins, in ms. */
export function startOfDay(day: string): number {
  return Date.parse(`${day}T00:00:00.000Z`);
}

/** The days that must have a place of their own at `nowMs`, oldest first. */
export function daysAround(nowMs: number, retentionDays: number): readonly string[] {
  const behind = Math.min(DAYS_BEHIND, retentionDays - 1);
  return Array.from({ length: behind + DAYS_AHEAD + 1 }, (_, index) => dayOf(nowMs + (index - behind) * DAY_MS));
}

/** Whether a day is over and no longer kept. */
export function isExpired(day: string, nowMs: number, retentionDays: number): boolean {
  return startOfDay(day) < startOfDay(dayOf(nowMs)) - (retentionDays - 1) * DAY_MS;
}
