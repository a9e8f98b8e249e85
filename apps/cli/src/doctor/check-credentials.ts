import { createCustomerioClient } from '@cio-fleet/delivery';
import type { Environment } from '@cio-fleet/lifecycle';
import { loadWorkspaces, variable, WorkspaceConfigError } from '@cio-fleet/workspaces';
import { type Finding, fail, skip } from './finding.ts';
import { judgeCredentials } from './judge-credentials.ts';

const CHECK = 'credentials';
const VARIABLES = ['CUSTOMERIO_SITE_ID', 'CUSTOMERIO_TRACK_API_KEY', 'CIO_FLEET_WORKSPACES'] as const;
const HOSTS = { us: 'track.customer.io', eu: 'track-eu.customer.io' } as const;

/** Asks Customer.io whether it knows the workspace's credentials. Neither is ever shown. */
export async function checkCredentials(options: {
  readonly env: Environment;
  readonly workspace: string;
  readonly requestTimeoutMs: number;
}): Promise<Finding> {
  const { env, workspace: name, requestTimeoutMs } = options;
  if (VARIABLES.every((variableName) => variable(env, variableName) === undefined)) {
    return skip(
      CHECK,
      'none are configured here',
      'set CUSTOMERIO_SITE_ID and CUSTOMERIO_TRACK_API_KEY, as the workers have them, to check them',
    );
  }
  let workspaces: ReturnType<typeof loadWorkspaces>;
  try {
    workspaces = loadWorkspaces(env);
  } catch (error) {
    if (!(error instanceof WorkspaceConfigError)) throw error;
    return fail(CHECK, error.problems.map((problem) => problem.name).join(', '), error.message.replaceAll('\n', '; '));
  }
  const workspace = workspaces.find((one) => one.name === name);
  if (workspace === undefined) {
    return skip(
      CHECK,
      `none are configured here for workspace ${name}`,
      'add the workspace to CIO_FLEET_WORKSPACES to check them',
    );
  }
  const { siteId, apiKey, region, trackUrl } = workspace;
  const client = createCustomerioClient({
    siteId,
    apiKey,
    region,
    requestTimeoutMs,
    ...(trackUrl !== undefined && { trackUrl }),
  });
  try {
    return judgeCredentials(await client.checkCredentials(), { region, place: trackUrl ?? HOSTS[region] });
  } finally {
    await client.close();
  }
}
