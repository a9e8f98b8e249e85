import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The path of a workspaces file with these workspaces, without credentials. */
export function workspacesFile(...names: readonly string[]): string {
  const path = join(mkdtempSync(join(tmpdir(), 'dashboard-')), 'workspaces.json');
  const workspaces = names.map((name, index) => ({ name, region: index % 2 === 0 ? 'us' : 'eu' }));
  writeFileSync(path, JSON.stringify({ workspaces }));
  return path;
}
