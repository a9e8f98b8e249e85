import type { Workspace } from './workspace.ts';
import type { WorkspaceProblem } from './workspace-config-error.ts';

/** One set of credentials that the gateway accepts, and what it stands for. */
export interface GatewayCredentials {
  /** Where operations sent with it go. */
  readonly workspace: string;
  readonly source?: string;
  /** `<workspace>/<source>`; a second key of a source is `…#2`, and a workspace's own credentials are `<workspace>/own`. */
  readonly keyId: string;
  readonly siteId?: string;
  readonly apiKey?: string;
  readonly writeKey?: string;
  readonly maxRequestsPerSecond?: number;
  /** Where it stands in the workspaces file. */
  readonly path: string;
}

/** All credentials that the gateway accepts. A workspace without keys for it lends its own site id and key, and the key as write key. */
export function gatewayCredentials(workspaces: readonly Workspace[]): readonly GatewayCredentials[] {
  return workspaces.flatMap((workspace, index) => credentialsOf(workspace, `workspaces[${index}]`));
}

function credentialsOf({ name, siteId, apiKey, gatewayKeys }: Workspace, path: string): GatewayCredentials[] {
  if (gatewayKeys.length === 0) {
    return [{ workspace: name, keyId: `${name}/own`, siteId, apiKey, writeKey: apiKey, path }];
  }
  const keysOfSource = new Map<string, number>();
  return gatewayKeys.map(({ workspace, ...key }, index) => {
    const count = (keysOfSource.get(key.source) ?? 0) + 1;
    keysOfSource.set(key.source, count);
    const suffix = count === 1 ? '' : `#${count}`;
    return {
      ...key,
      workspace: workspace ?? name,
      keyId: `${name}/${key.source}${suffix}`,
      path: `${path}.gatewayKeys[${index}]`,
    };
  });
}

/** Credentials that stand for two things: the gateway could not tell whose a request is. Messages hold no credential. */
export function ambiguousCredentials(workspaces: readonly Workspace[]): readonly WorkspaceProblem[] {
  const seen = new Map<string, string>();
  const problems: WorkspaceProblem[] = [];
  for (const { siteId, apiKey, writeKey, path } of gatewayCredentials(workspaces)) {
    const claims = [
      ...(siteId === undefined || apiKey === undefined ? [] : [`basic ${JSON.stringify([siteId, apiKey])}`]),
      ...(writeKey === undefined ? [] : [`write ${writeKey}`]),
    ];
    const other = claims.map((claim) => seen.get(claim)).find((found) => found !== undefined);
    if (other !== undefined) {
      const message = `expected credentials of its own, got those of ${other}; give each a key of its own in gatewayKeys`;
      problems.push({ name: `CIO_FLEET_WORKSPACES ${path}`, message });
    }
    for (const claim of claims) if (!seen.has(claim)) seen.set(claim, path);
  }
  return problems;
}
