import type { Role } from '../access/identity.ts';
import type { Redrive } from '../fleet/redrives.ts';
import { formatCount } from '../page/format.ts';
import { type Html, html } from '../page/html.ts';
import { address } from '../page/links.ts';
import { describeFilter } from './redrive-filter.ts';

/** How far a redrive is, and the button that stops it. */
export function redriveStatus(redrive: Redrive, role: Role, withWorkspace = false): Html {
  const { progress, total, state, filter, startedBy, workspace } = redrive;
  const done = progress.redriven + progress.gone + progress.unreadable;
  const tone = { running: '', done: 'good', stopped: 'warn', failed: 'bad' }[state];
  return html`<div class="notice ${tone}" role="status">
    Redrive of ${describeFilter(filter)}${withWorkspace && html` in ${workspace}`} by ${startedBy}: ${state}, ${formatCount(done)}${total !== null && html` of ${formatCount(total)}`}.
    ${filter.group !== undefined && html`<a href="${address('/errors', { workspace, group: filter.group })}">This group</a>.`}
    ${state === 'failed' && 'The log of the dashboard says why; start it again to go on.'}
    ${state === 'stopped' && 'What was redriven stays so; start it again to go on.'}
    ${progress.gone > 0 && html`${formatCount(progress.gone)} were gone already.`}
    ${state === 'running' && html`<progress max="${total ?? 1}" value="${total === null ? 0 : done}"></progress>`}
    ${
      state === 'running' &&
      role === 'operator' &&
      html`<form method="post" action="/redrive/stop"><input type="hidden" name="workspace" value="${workspace}"><button id="stop-${workspace}">Stop</button></form>`
    }
  </div>`;
}
