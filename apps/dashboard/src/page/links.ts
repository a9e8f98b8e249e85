import { type Html, html } from './html.ts';

/** An address of ours with a query; absent values are left out. */
export function address(path: string, query: Readonly<Record<string, string | number | undefined>>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.append(name, String(value));
  const text = given.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** A person as a link to their page. */
export function personLink(workspace: string, person: string): Html {
  return html`<a href="${address('/person', { workspace, q: person, by: 'person' })}">${person}</a>`;
}

/** An operation as a link to its page. */
export function operationLink(workspace: string, operationId: string): Html {
  return html`<a class="id" href="${address('/person', { workspace, q: operationId, by: 'operation' })}">${operationId}</a>`;
}
