import type { ThroughputPoint } from '../fleet/throughput.ts';
import { formatRate } from './format.ts';
import { type Html, html } from './html.ts';

const WIDTH = 300;
const HEIGHT = 48;
const WINDOW_MS = 15 * 60_000;

/** The last 15 minutes of accepted and delivered operations per second, as an inline SVG. */
export function sparkline(points: readonly ThroughputPoint[], nowMs: number): Html {
  const peak = Math.max(1, ...points.map((point) => Math.max(point.acceptedPerSecond, point.deliveredPerSecond)));
  const line = (value: (point: ThroughputPoint) => number) =>
    points
      .map((point) => {
        const x = Math.max(0, WIDTH * (1 - (nowMs - point.at) / WINDOW_MS));
        const y = HEIGHT - 2 - (HEIGHT - 4) * (value(point) / peak);
        return `${x.toFixed(1)},${y.toFixed(1)}`;
      })
      .join(' ');
  const label = `Throughput of the last 15 minutes, at most ${formatRate(peak)} operations per second`;
  return html`<svg class="sparkline" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}">
    <polyline class="accepted" points="${line((point) => point.acceptedPerSecond)}"></polyline>
    <polyline class="delivered" points="${line((point) => point.deliveredPerSecond)}"></polyline>
  </svg>`;
}
