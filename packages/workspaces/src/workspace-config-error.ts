/** One thing that is wrong with the configuration of the workspaces. */
export interface WorkspaceProblem {
  /** The variable, or the path in the workspaces file, e.g. `CIO_FLEET_WORKSPACES workspaces[1].apiKey`. */
  readonly name: string;
  /** What was expected and what to do; never the value, which may be secret. */
  readonly message: string;
}

/** The workspaces can't be read: every problem at once, so that one restart mends all of them. */
export class WorkspaceConfigError extends Error {
  readonly code = 'WORKSPACES_INVALID';
  readonly problems: readonly WorkspaceProblem[];

  constructor(problems: readonly WorkspaceProblem[]) {
    super(problems.map(({ name, message }) => `${name}: ${message}`).join('\n'));
    this.name = 'WorkspaceConfigError';
    this.problems = problems;
  }
}
