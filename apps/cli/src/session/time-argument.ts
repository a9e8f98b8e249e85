const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const AGO = /^(\d{1,9})([smhd])$/;
const UNIX = /^\d{9,14}$/;
const ISO = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
/** From here on a number is milliseconds; as seconds it would be the year 5138. */
const MILLISECONDS_FROM = 1e11;

/**
 * A point in time as people write it: `15m` (that long ago; s, m, h, d), ISO 8601 (a date alone is UTC), unix seconds or
 * milliseconds. `undefined` when it is none of these.
 */
export function parseTime(text: string, nowMs: number): number | undefined {
  const [, count, unit] = AGO.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return nowMs - Number(count) * (UNIT_MS[unit] as number);
  if (UNIX.test(text)) {
    const value = Number(text);
    return value >= MILLISECONDS_FROM ? value : value * 1_000;
  }
  if (!ISO.test(text)) return undefined;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? undefined : atMs;
}
