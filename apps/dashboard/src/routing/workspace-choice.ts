import { type Html, html } from '../page/html.ts';
import { type Answer, type Asked, refused } from './answer.ts';

/** The workspace that is meant (the first, unless one is named), or why there is none. */
export function chooseWorkspace(
  { query }: Asked,
  workspaces: readonly string[],
): { readonly workspace: string } | { readonly refusal: Answer } {
  const workspace = query.workspace ?? workspaces[0];
  if (workspace !== undefined && workspaces.includes(workspace)) return { workspace };
  return { refusal: refused(404, `There is no such workspace here. There is: ${workspaces.join(', ')}.`) };
}

/** The workspace that a change names; nothing is changed in one that was only guessed. */
export function namedWorkspace(
  asked: Asked,
  workspaces: readonly string[],
): { readonly workspace: string } | { readonly refusal: Answer } {
  return chooseWorkspace({ ...asked, query: { workspace: '', ...asked.query } }, workspaces);
}

/** Links to the same page of the other workspaces; nothing where there is only one. */
export function workspaceLinks(path: string, workspaces: readonly string[], current: string): Html {
  if (workspaces.length < 2) return html``;
  return html`<nav class="workspaces" aria-label="Workspaces">${workspaces.map(
    (name) => html`<a href="${path}?workspace=${name}" ${name === current && html`aria-current="true"`}>${name}</a>`,
  )}</nav>`;
}
