import type { Problem } from '../overview/problem.ts';
import { formatCount } from './format.ts';
import { type Html, html } from './html.ts';

/** The first line of the overview: whether somebody has to do something. */
export function verdict(problems: readonly Problem[]): Html {
  const bad = problems.filter(({ severity }) => severity === 'bad').length;
  if (problems.length === 0) return html`<h1 class="verdict"><span class="dot good"></span>All is well</h1>`;
  const count = problems.length;
  const words = bad > 0 ? `${formatCount(bad)} ${bad === 1 ? 'problem' : 'problems'}` : 'Nothing urgent';
  const rest = count - bad;
  return html`<h1 class="verdict"><span class="dot ${bad > 0 ? 'bad' : 'warn'}"></span>${words}${rest > 0 && html` <span class="muted">${formatCount(rest)} to know</span>`}</h1>`;
}

/** What is wrong and what to do, the worst first. */
export function problemsList(problems: readonly Problem[], label: string): Html {
  if (problems.length === 0) return html``;
  return html`<ul class="problems" aria-label="${label}">${problems.map(
    ({ severity, what, todo, look, runbook }) =>
      html`<li class="${severity}"><span class="chip ${severity}">${severity === 'bad' ? 'problem' : 'to know'}</span>
        <div><strong>${what}</strong> <span class="todo">${todo}</span>
        ${look !== undefined && html` <a href="${look.href}">${look.label}</a>`}${runbook !== undefined && html` <span class="muted small">Runbook: ${runbook}</span>`}</div></li>`,
  )}</ul>`;
}
