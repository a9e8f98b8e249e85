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

/** A session as a link to what happened in it. */
export function sessionLink(workspace: string, sessionId: string): Html {
  return html`<a href="${address('/person', { workspace, q: sessionId, by: 'session' })}">${sessionId}</a>`;
}

/** A user, terminal or component as a link to their notes. A hash can't be looked up, for it would be hashed again. */
export function noteLink(workspace: string, by: 'user' | 'terminal' | 'component', key: string): Html {
  if (key.startsWith('h:')) return html`${key}`;
  return html`<a href="${address('/notes', { workspace, q: key, by })}">${key}</a>`;
}

/** An operation as a link to its page. */
export function operationLink(workspace: string, operationId: string): Html {
  return html`<a class="id" href="${address('/person', { workspace, q: operationId, by: 'operation' })}">${operationId}</a>`;
}
