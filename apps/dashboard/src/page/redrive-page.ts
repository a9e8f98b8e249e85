import type { RedriveResult } from '@cio-fleet/lanes';
import { formatCount, formatDuration } from './format.ts';
import { type Html, html } from './html.ts';

export interface RedrivePageOptions {
  readonly workspace: string;
  readonly reason: string | undefined;
  /** What a dry run counted. */
  readonly counts: RedriveResult;
  readonly ratePerSecond: number;
}

/** Asks before a redrive: how many, how long, what it means. */
export function redrivePage({ workspace, reason, counts, ratePerSecond }: RedrivePageOptions): Html {
  const redrivable = counts.matched - counts.unreadable;
  const durationMs = (redrivable / ratePerSecond) * 1000;
  return html`<section class="question">
    <h1>Redrive ${reason === undefined ? 'all dead letters' : html`dead letters of <code>${reason}</code>`} in ${workspace}</h1>
    <p><strong>${formatCount(redrivable)}</strong> dead letters (${formatCount(counts.operations)} operations) go back to their lanes, oldest first, ${formatCount(ratePerSecond)} a second: about ${formatDuration(durationMs)}.</p>
    ${counts.unreadable > 0 && html`<p>${formatCount(counts.unreadable)} more can't be read and stay.</p>`}
    <p class="muted">They arrive later than what was accepted after them. What Customer.io rejects again comes back here.</p>
    <form method="post" action="/redrive">
      <input type="hidden" name="workspace" value="${workspace}">
      ${reason !== undefined && html`<input type="hidden" name="reason" value="${reason}">`}
      ${redrivable > 0 && html`<button class="primary">Redrive ${formatCount(redrivable)}</button>`}
      <a class="button" href="/">Back</a>
    </form>
  </section>`;
}

/** Says why something was refused, and how to go on. */
export function refusalPage(message: string): Html {
  return html`<section class="question"><h1>Refused</h1><p>${message}</p><p><a class="button" href="/">Back to the fleet</a></p></section>`;
}
