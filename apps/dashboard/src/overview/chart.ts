import type { Deploy } from '@cio-fleet/lanes';
import { momentText } from '../page/clock.ts';
import { type Html, html } from '../page/html.ts';
import type { ChartWindow, Series } from './series.ts';

export interface ChartOptions {
  readonly title: string;
  readonly window: ChartWindow;
  readonly series: readonly Series[];
  readonly deploys: readonly Deploy[];
  /** Writes a value with its unit. */
  readonly format: (value: number) => string;
}

const WIDTH = 600;
const HEIGHT = 90;

/** Lines over time as an inline SVG, with a mark for each deploy. Words are outside of it: the picture is stretched. */
export function chart({ title, window, series, deploys, format }: ChartOptions): Html {
  const peak = Math.max(0, ...series.flatMap(({ values }) => values));
  const endMs = window.fromMs + window.steps * window.stepMs;
  const line = (values: readonly number[]) =>
    values
      .map((value, step) => {
        const x = (WIDTH * (step + 0.5)) / window.steps;
        const y = HEIGHT - 2 - ((HEIGHT - 6) * value) / (peak || 1);
        return `${x.toFixed(1)},${y.toFixed(1)}`;
      })
      .join(' ');
  const marks = deploys.filter(({ at }) => at >= window.fromMs && at < endMs);
  const hour = (ms: number) => momentText(ms).slice(11, 16);
  return html`<figure class="chart">
    <figcaption>${title} <span class="muted">at most ${format(peak)}</span></figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${title}, at most ${format(peak)}">
      ${marks.map(({ at, version }) => {
        const x = ((WIDTH * (at - window.fromMs)) / (endMs - window.fromMs)).toFixed(1);
        return html`<line class="deploy" x1="${x}" x2="${x}" y1="0" y2="${HEIGHT}"><title>Deploy of ${version} at ${momentText(at)}</title></line>`;
      })}
      ${series.map(({ tone, values }) => html`<polyline class="${tone}" points="${line(values)}"></polyline>`)}
    </svg>
    <div class="axis muted"><span>${hour(window.fromMs)}</span><span>${hour((window.fromMs + endMs) / 2)}</span><span>${hour(endMs)} UTC</span></div>
    <div class="legend">${series.map(({ tone, label, values }) => html`<span><i class="${tone}"></i>${label} <b>${format(values.at(-1) ?? 0)}</b></span>`)}${
      marks.length > 0 &&
      html`<span><i class="deploy"></i><span class="clip short">deploy of ${marks.map(({ version }) => version).join(', ')}</span></span>`
    }</div>
  </figure>`;
}
