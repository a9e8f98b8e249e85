import { pathToFileURL } from 'node:url';
import type { Operation } from '@cio-fleet/contracts';
import type { Workspace } from '@cio-fleet/workspaces';
import type { Caller } from '../../access/caller.ts';

/** An operator's own rule. Undefined: the operation stays in the caller's workspace. */
export type RegionFunction = (operation: Operation, caller: Caller) => string | undefined;

/** The functions that the configuration names, by the path of their module. */
export type RegionFunctions = ReadonlyMap<string, RegionFunction>;

/**
 * Imports the modules of all region rules.
 *
 * @throws Error that says which module can't be used
 */
export async function loadRegionFunctions(workspaces: readonly Workspace[]): Promise<RegionFunctions> {
  const paths = workspaces.flatMap(({ regions }) => (regions && 'module' in regions ? [regions.module] : []));
  const loaded = await Promise.all([...new Set(paths)].map(async (path) => [path, await load(path)] as const));
  return new Map(loaded);
}

async function load(path: string): Promise<RegionFunction> {
  let exported: unknown;
  try {
    const loaded = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
    exported = loaded.default;
  } catch (cause) {
    throw new Error(
      `expected the module of a region rule at ${path}, it can't be loaded; correct the path or the module`,
      { cause },
    );
  }
  if (typeof exported === 'function') return exported as RegionFunction;
  throw new Error(`expected a function as the default export of ${path}, got ${typeof exported}; export one`);
}
