/** Who sent a request: the owner of the credentials that it carried. */
export interface Caller {
  /** The workspace that the credentials belong to. Where it has regions, an operation may go to another one. */
  readonly workspace: string;
  /** The service that the credentials were given to; absent where a workspace has no keys of its own for the gateway. */
  readonly source?: string;
  /** Names the credentials in logs, limits and reports, and gives nothing of them away. */
  readonly keyId: string;
}
