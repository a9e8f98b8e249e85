const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;

/** A length of time in the largest unit that fits: `850 ms`, `12 s`, `3.5 h`, `2 d`. */
export function formatDuration(ms: number): string {
  for (const [unitMs, unit] of UNITS) {
    if (ms < unitMs) continue;
    const count = ms / unitMs;
    return `${count < 10 ? Number(count.toFixed(1)) : Math.round(count)} ${unit}`;
  }
  return `${Math.max(0, Math.round(ms))} ms`;
}

/** A time as people and programs read it, to the second: `2026-01-31 08:15:00Z`. */
export function formatTime(atMs: number): string {
  if (!Number.isFinite(new Date(atMs).getTime())) return 'unknown';
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}
