import { isWorkspaceName } from '@cio-fleet/contracts';
import { usageError } from './cli-error.ts';

/** Where the name of a workspace can come from, strongest first. */
export interface WorkspaceSources {
  /** `--workspace`. */
  readonly flag: string | undefined;
  /** `CIO_FLEET_WORKSPACE`. */
  readonly variable: string | undefined;
  /** The workspaces of the file that `CIO_FLEET_WORKSPACES` names; empty without one. */
  readonly listed: readonly string[];
}

const FALLBACK_NAME = 'default';

/**
 * The workspace that a command is about. A name that the workspaces file doesn't have is a typo; without a file any name
 * goes, because Redis alone says which workspaces exist.
 *
 * @throws CliError (exit code 2) when there is no such workspace, or several to choose from
 */
export function chooseWorkspace({ flag, variable, listed }: WorkspaceSources): string {
  const [name, origin] = flag !== undefined ? [flag, '--workspace'] : [variable, 'CIO_FLEET_WORKSPACE'];
  const names = listed.join(', ');
  if (name === undefined) {
    const [only] = listed;
    if (only === undefined || listed.includes(FALLBACK_NAME)) return FALLBACK_NAME;
    if (listed.length === 1) return only;
    throw usageError(`expected --workspace, got nothing, and there are several; use one of ${names}`);
  }
  if (!isWorkspaceName(name)) {
    throw usageError(`${origin}: expected a name of [a-z0-9-]{1,40}, got ${JSON.stringify(name)}`);
  }
  if (listed.length > 0 && !listed.includes(name)) {
    throw usageError(`${origin}: expected a workspace of CIO_FLEET_WORKSPACES, got ${name}; use one of ${names}`);
  }
  return name;
}
