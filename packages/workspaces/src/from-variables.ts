import { type Environment, variable } from './environment.ts';
import { WORKSPACE_DEFAULTS } from './workspace.ts';
import type { WorkspaceInput } from './workspace-schema.ts';

/** The plain variables and what they set. */
export const WORKSPACE_VARIABLES = {
  siteId: 'CUSTOMERIO_SITE_ID',
  apiKey: 'CUSTOMERIO_TRACK_API_KEY',
  region: 'CUSTOMERIO_REGION',
  trackUrl: 'CUSTOMERIO_TRACK_URL',
  maxRequestsPerSecond: 'CUSTOMERIO_MAX_REQUESTS_PER_SECOND',
  lanes: 'CIO_FLEET_LANES',
  webhookSigningKey: 'CUSTOMERIO_WEBHOOK_SIGNING_KEY',
} as const satisfies Partial<Record<keyof WorkspaceInput, string>>;

/** The single workspace of the plain variables, named `default`. */
export function workspaceFromVariables(env: Environment): WorkspaceInput {
  const given = Object.entries(WORKSPACE_VARIABLES).flatMap(([field, name]) => {
    const value = variable(env, name);
    return value === undefined ? [] : [[field, value] as const];
  });
  return { name: WORKSPACE_DEFAULTS.name, ...Object.fromEntries(given) };
}

/** The variable that sets `field`, for messages. */
export function variableOf(field: PropertyKey | undefined): string {
  return Object.entries(WORKSPACE_VARIABLES).find(([name]) => name === field)?.[1] ?? String(field);
}
