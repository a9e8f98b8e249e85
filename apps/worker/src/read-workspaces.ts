import { type Environment, loadWorkspaces, type Workspace, WorkspaceConfigError } from '@cio-fleet/workspaces';

/** The workspaces to deliver to; with problems it writes them all to stderr and exits with 2. */
export function readWorkspaces(env: Environment): readonly Workspace[] {
  try {
    return loadWorkspaces(env);
  } catch (error) {
    if (!(error instanceof WorkspaceConfigError)) throw error;
    for (const { name, message } of error.problems) process.stderr.write(`${name}: ${message}\n`);
    return process.exit(2);
  }
}
