import { type Html, html } from './html.ts';
import { address } from './links.ts';

/** The bar of every page: where to, its name, and the letter that goes there after `g`. */
const PAGES = [
  ['/', 'Overview', 'o'],
  ['/person', 'Person', 'p'],
  ['/notes', 'Notes', 'n'],
  ['/errors', 'Errors', 'e'],
  ['/redrive', 'Redrive', 'r'],
  ['/sources', 'Sources', 's'],
  ['/workers', 'Workers', 'w'],
  ['/live', 'Live', 'l'],
  ['/audit', 'Audit', 'a'],
  ['/queues/', 'Queues', 'q'],
] as const;

/** Of all workspaces at once; `/redrive` would count when one is named. */
const OF_ALL: readonly string[] = ['/', '/redrive', '/queues/'];

/** Links to all pages, within the workspace that is looked at. */
export function navigation(current: string, workspace: string | undefined): Html {
  return html`<nav aria-label="Pages">${PAGES.map(([to, label, key]) => {
    const href = OF_ALL.includes(to) ? to : address(to, { workspace });
    return html`<a href="${href}" ${to === current && html`aria-current="page"`} data-key="${key}">${label}</a>`;
  })}</nav>`;
}

/** Finds a person from every page but the one that has a larger field for it. */
export function finder(current: string, workspace: string | undefined): Html {
  if (current === '/person') return html``;
  return html`<form class="find" method="get" action="/person" role="search">${workspace !== undefined && html`<input type="hidden" name="workspace" value="${workspace}">`}<input type="search" name="q" required maxlength="500" aria-label="Find a person, e-mail, session, trace or operation" placeholder="Find person, session …"></form>`;
}

/** What the keys do; opened by `?`, closed by Escape. */
export function keysHelp(): Html {
  return html`<dialog id="keys" aria-label="Keys"><h2>Keys</h2><dl>
    <dt><kbd>/</kbd></dt><dd>find a person</dd>
    ${PAGES.map(([, label, key]) => html`<dt><kbd>g</kbd> <kbd>${key}</kbd></dt><dd>${label}</dd>`)}
    <dt><kbd>?</kbd></dt><dd>this list; <kbd>Esc</kbd> closes it</dd></dl>
    <form method="dialog"><label><input type="checkbox" id="keys-on" checked> Keys are on, in this browser</label> <button>Close</button></form></dialog>`;
}
