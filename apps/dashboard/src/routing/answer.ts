import type { Identity } from '../access/identity.ts';
import type { Html } from '../page/html.ts';

/** What a page or a change is asked with. */
export interface Asked {
  /** Of the address, or of the form; the first of repeated ones. */
  readonly query: Readonly<Record<string, string>>;
  readonly identity: Identity;
}

/** What a route answers. How it is sent (HTML, JSON, text) is not its business. */
export type Answer =
  | {
      readonly kind: 'page';
      /** For programs; a page that people see is 200, so that it can refresh itself. @defaultValue 200 */
      readonly status?: number;
      readonly content: Html;
      /** The same for programs. */
      readonly data: object;
      /** The same in plain text, where a page has that. */
      readonly text?: string;
    }
  | { readonly kind: 'moved'; readonly to: string }
  | { readonly kind: 'refused'; readonly status: 400 | 403 | 404 | 409 | 503; readonly message: string };

/** A page: looking at it changes nothing. */
export interface PageRoute {
  readonly path: string;
  /** In the window's title. */
  readonly title: string;
  answer(asked: Asked): Promise<Answer>;
}

/** Does a change, for operators only; who may is decided before it is called. */
export type Change = (asked: Asked) => Promise<Answer>;

export function refused(status: 400 | 403 | 404 | 409 | 503, message: string): Answer {
  return { kind: 'refused', status, message };
}
