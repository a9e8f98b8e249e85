const BASE_MS = 200;
const CAP_MS = 10_000;

/** Pauses between tries while the database is away, in ms: doubled from 0.2 s up to 10 s, varied by a half. */
export function retryDelayMs(attempt: number, random: () => number): number {
  const full = Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt - 1, 20));
  return Math.round(full * (0.5 + random() / 2));
}
