import type { IncomingMessage } from 'node:http';
import type { Identity } from './identity.ts';

/** Who a request is from, or why it is not let in. */
export type SignInResult =
  | { readonly kind: 'signed-in'; readonly identity: Identity }
  /** Not signed in; `challenge` is the WWW-Authenticate header, where the browser can ask for credentials. */
  | { readonly kind: 'refused'; readonly status: 401 | 403; readonly message: string; readonly challenge?: string };

/** One way to sign in: `basic`, `proxy` or `none`. */
export interface SignIn {
  readonly mode: 'basic' | 'proxy' | 'none';
  identify(request: IncomingMessage): Promise<SignInResult> | SignInResult;
}
