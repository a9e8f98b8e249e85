import { type Html, html } from '../page/html.ts';

const WIDTH = 120;
const HEIGHT = 24;

/** Deliveries per hour as a small line. */
export function trendLine(source: string, trend: readonly { readonly at: number; readonly delivered: number }[]): Html {
  const [first, last] = [trend[0], trend.at(-1)];
  if (first === undefined || last === undefined || trend.length < 2) return html`<span class="muted">–</span>`;
  const peak = Math.max(1, ...trend.map(({ delivered }) => delivered));
  const points = trend.map(({ at, delivered }) => {
    const x = (WIDTH * (at - first.at)) / (last.at - first.at);
    return `${x.toFixed(1)},${(HEIGHT - 2 - ((HEIGHT - 4) * delivered) / peak).toFixed(1)}`;
  });
  return html`<svg class="trend" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Deliveries of ${source || 'no source'} per hour, at most ${peak}"><polyline class="delivered" points="${points.join(' ')}"></polyline></svg>`;
}
