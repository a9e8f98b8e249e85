import type { Paint } from '../session/terminal.ts';
import { formatDuration } from './duration.ts';
import { formatCount } from './numbers.ts';

/** How far something is. */
export interface Progress {
  /** Between 0 and 1; `undefined` where the end isn't known. */
  readonly share: number | undefined;
  /** What was done, e.g. `1,200 operations`. */
  readonly done: string;
  readonly perSecond: number;
  readonly elapsedMs: number;
  /** More to say, e.g. `3 rejected`. */
  readonly remark?: string;
}

const MAX_BAR = 30;
const MIN_BAR = 8;

/** One line with a bar, to be drawn over and over; as wide as the terminal at most. */
export function progressBar(progress: Progress, columns: number, paint: Paint): string {
  const facts = progressFacts(progress);
  const { share } = progress;
  const room = Math.min(MAX_BAR, columns - facts.length - 4);
  if (share === undefined || room < MIN_BAR) return facts.slice(0, Math.max(0, columns - 1));
  const filled = Math.round(Math.min(1, Math.max(0, share)) * room);
  return `${paint('green', '█'.repeat(filled))}${paint('dim', '░'.repeat(room - filled))}  ${facts}`;
}

/** The same without the bar: for logs, where every line stays. */
export function progressFacts({ share, done, perSecond, elapsedMs, remark }: Progress): string {
  const parts = [done, `${formatCount(Math.round(perSecond))}/s`];
  if (share !== undefined) {
    parts.unshift(`${Math.floor(Math.min(1, share) * 100)} %`);
    if (share > 0 && share < 1) parts.push(`${formatDuration((elapsedMs / share) * (1 - share))} left`);
  }
  if (remark !== undefined) parts.push(remark);
  return parts.join(' · ');
}
