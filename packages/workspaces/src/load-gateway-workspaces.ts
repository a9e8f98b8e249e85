import { dirname, resolve } from 'node:path';
import { type Environment, variable } from './environment.ts';
import { ambiguousCredentials } from './gateway-credentials.ts';
import { FILE_VARIABLE, loadWorkspaces } from './load-workspaces.ts';
import { REFUSE_UNKNOWN_REGION, type RegionRule, type Workspace } from './workspace.ts';
import { WorkspaceConfigError, type WorkspaceProblem } from './workspace-config-error.ts';

/**
 * The workspaces as the gateway needs them: as `loadWorkspaces`, and beyond that every set of credentials stands for one
 * thing, and every workspace that a key or a region rule names exists. The path of a rule's module is made absolute.
 *
 * @throws {WORKSPACES_INVALID} with every problem at once.
 */
export function loadGatewayWorkspaces(env: Environment): readonly Workspace[] {
  const workspaces = loadWorkspaces(env);
  const problems = [...ambiguousCredentials(workspaces), ...unknownTargets(workspaces)];
  if (problems.length > 0) throw new WorkspaceConfigError(problems);
  const folder = dirname(workspacesFile(env) ?? '.');
  return Object.freeze(workspaces.map((workspace) => Object.freeze(withAbsoluteModule(workspace, folder))));
}

/** The path of the workspaces file; undefined where the plain variables say it all. */
export function workspacesFile(env: Environment): string | undefined {
  return variable(env, FILE_VARIABLE);
}

function withAbsoluteModule(workspace: Workspace, folder: string): Workspace {
  const { regions } = workspace;
  if (regions === undefined || !('module' in regions)) return workspace;
  return { ...workspace, regions: { module: resolve(folder, regions.module) } };
}

function unknownTargets(workspaces: readonly Workspace[]): WorkspaceProblem[] {
  const names = new Set(workspaces.map(({ name }) => name));
  return workspaces.flatMap(({ regions, gatewayKeys }, index) => {
    const targets = [
      ...gatewayKeys.map(({ workspace }, key) => [`gatewayKeys[${key}].workspace`, workspace] as const),
      ...(regions === undefined ? [] : targetsOf(regions)),
    ];
    return targets.flatMap(([path, target]) =>
      target === undefined || names.has(target)
        ? []
        : [
            {
              name: `${FILE_VARIABLE} workspaces[${index}].${path}`,
              message: 'expected the name of a workspace of this file; add it there, or correct the name',
            },
          ],
    );
  });
}

function targetsOf(rule: RegionRule): readonly (readonly [path: string, target: string])[] {
  if ('module' in rule) return [];
  const { map, otherwise } = rule;
  return [
    ...Object.entries(map).map(([value, target]) => [`regions.map.${value}`, target] as const),
    ...(otherwise === REFUSE_UNKNOWN_REGION ? [] : [['regions.otherwise', otherwise] as const]),
  ];
}
