import { formatCount } from '../page/format.ts';
import { type Html, html } from '../page/html.ts';

const WIDTH = 120;
const HEIGHT = 24;

const HOUR_MS = 3_600_000;
/** Points of a line; more would be less than a pixel apart. */
const MOST_POINTS = 120;

/** Deliveries over the last `hours` as a small line, from an hour each; what isn't told is 0. */
export function trendLine(options: {
  readonly source: string;
  readonly trend: readonly { readonly at: number; readonly delivered: number }[];
  readonly hours: number;
  readonly nowMs: number;
}): Html {
  const { source, trend, hours, nowMs } = options;
  if (trend.length === 0) return html`<span class="muted">–</span>`;
  const steps = Math.min(MOST_POINTS, hours + 1);
  const stepMs = Math.ceil((hours + 1) / steps) * HOUR_MS;
  const fromMs = nowMs - (nowMs % HOUR_MS) + HOUR_MS - steps * stepMs;
  const values = new Array<number>(steps).fill(0);
  for (const { at, delivered } of trend) {
    const step = Math.floor((at - fromMs) / stepMs);
    if (step >= 0 && step < steps) values[step] = (values[step] ?? 0) + delivered;
  }
  const peak = Math.max(1, ...values);
  const points = values.map((value, step) => {
    const y = HEIGHT - 2 - ((HEIGHT - 4) * value) / peak;
    return `${((WIDTH * step) / (steps - 1)).toFixed(1)},${y.toFixed(1)}`;
  });
  const label = `Deliveries of ${source || 'no source'} over time, at most ${formatCount(peak)} in ${formatCount(stepMs / HOUR_MS)} h`;
  return html`<svg class="trend" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}"><polyline class="delivered" points="${points.join(' ')}"></polyline></svg>`;
}
