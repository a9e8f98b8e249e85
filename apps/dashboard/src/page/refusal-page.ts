import { type Html, html } from './html.ts';

/** Says why something was refused, and how to go on. */
export function refusalPage(message: string): Html {
  return html`<section class="question"><h1>Refused</h1><p>${message}</p><p><a class="button" href="/">Back to the fleet</a></p></section>`;
}
