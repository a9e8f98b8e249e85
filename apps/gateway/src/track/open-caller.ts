import type { Caller } from '../access/caller.ts';
import { HttpProblem } from '../http/http-problem.ts';

/** Names requests without credentials in logs and limits. */
const OPEN_KEY_ID = 'open';

export interface OpenCallerDeps {
  /** Names of the workspaces that there are now. */
  readonly workspaces: () => readonly string[];
}

/**
 * Whose a request without credentials is, for the endpoints of which Customer.io asks none: that of `?workspace=`, else the only
 * workspace's, else `default`'s.
 */
export function openCaller({ workspaces }: OpenCallerDeps, query: URLSearchParams): Caller {
  const names = workspaces();
  const named = query.get('workspace');
  const only = names.length === 1 ? names[0] : names.find((name) => name === 'default');
  const workspace = named === null ? only : names.find((name) => name === named);
  if (workspace === undefined) {
    const message = 'expected ?workspace= to name a workspace, or credentials; there is more than one workspace';
    throw new HttpProblem('WORKSPACE_UNKNOWN', 400, message);
  }
  return { workspace, keyId: OPEN_KEY_ID };
}
