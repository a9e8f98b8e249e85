import type { Environment } from '@cio-fleet/lifecycle';
import { loadWorkspaceOutlines, variable, WorkspaceConfigError, type WorkspaceOutline } from '@cio-fleet/workspaces';
import { usageError } from './cli-error.ts';

/**
 * The workspaces that this environment configures, without their credentials.
 *
 * @throws CliError (exit code 2) with every problem, one line each
 */
export function configuredOutlines(env: Environment): readonly WorkspaceOutline[] {
  try {
    return loadWorkspaceOutlines(env);
  } catch (error) {
    if (error instanceof WorkspaceConfigError) throw usageError(error.message);
    throw error;
  }
}

/** The names in the workspaces file; empty without one. */
export function listedWorkspaces(env: Environment): readonly string[] {
  const outlines = configuredOutlines(env);
  return variable(env, 'CIO_FLEET_WORKSPACES') === undefined ? [] : outlines.map(({ name }) => name);
}
