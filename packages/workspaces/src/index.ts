export { type Environment, variable } from './environment.ts';
export { loadWorkspaceOutlines, loadWorkspaces } from './load-workspaces.ts';
export { trackOrigin } from './track-url.ts';
export {
  type GatewayKey,
  type Region,
  WORKSPACE_DEFAULTS,
  type Workspace,
  type WorkspaceOutline,
} from './workspace.ts';
export { WorkspaceConfigError, type WorkspaceProblem } from './workspace-config-error.ts';
