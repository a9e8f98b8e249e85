export { type Environment, variable } from './environment.ts';
export { type GatewayCredentials, gatewayCredentials } from './gateway-credentials.ts';
export { loadGatewayWorkspaces, workspacesFile } from './load-gateway-workspaces.ts';
export { loadWorkspaceOutlines, loadWorkspaces } from './load-workspaces.ts';
export {
  type GatewayKey,
  type ModuleRule,
  REFUSE_UNKNOWN_REGION,
  type Region,
  type RegionRule,
  type TraitRule,
  WORKSPACE_DEFAULTS,
  type Workspace,
  type WorkspaceOutline,
} from './workspace.ts';
export { WorkspaceConfigError, type WorkspaceProblem } from './workspace-config-error.ts';
export { isForwardUrl } from './workspace-schema.ts';
