import type { Workspace } from '../state/workspace.ts';

/** Credentials that the simulator accepts; each pair is a workspace of its own. */
export interface Credential {
  readonly siteId: string;
  readonly apiKey: string;
  /** What `accounts/region` answers. @defaultValue 'us' */
  readonly region?: 'us' | 'eu';
}

/** A workspace and whose it is. */
export interface Account extends Required<Credential> {
  /** Counts from 1, in the order of the credentials. */
  readonly environmentId: number;
  workspace: Workspace;
}

/** Finds the account that a request's Basic credentials belong to. */
export class Accounts {
  readonly all: readonly Account[];
  /** By the whole header, as every client writes it, so that the usual request costs one look-up. */
  readonly #byHeader = new Map<string, Account>();
  readonly #byPair = new Map<string, Account>();

  constructor(credentials: readonly Credential[], newWorkspace: () => Workspace) {
    this.all = credentials.map(({ siteId, apiKey, region = 'us' }, index) => {
      const account = { siteId, apiKey, region, environmentId: index + 1, workspace: newWorkspace() };
      const pair = `${siteId}:${apiKey}`;
      this.#byPair.set(pair, account);
      this.#byHeader.set(`Basic ${Buffer.from(pair).toString('base64')}`, account);
      return account;
    });
  }

  /** Takes what comes without credentials to endpoints that ask for none. */
  get first(): Account {
    const [first] = this.all;
    if (first === undefined) throw new Error('expected at least one credential, got none; pass { siteId, apiKey }');
    return first;
  }

  find(authorization: string | undefined): Account | undefined {
    if (authorization === undefined) return undefined;
    const account = this.#byHeader.get(authorization);
    if (account !== undefined) return account;
    const encoded = /^basic +([a-z0-9+/_-]+=*) *$/i.exec(authorization)?.[1];
    return encoded === undefined ? undefined : this.#byPair.get(Buffer.from(encoded, 'base64').toString());
  }
}
