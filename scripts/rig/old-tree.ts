import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceTree } from './source-tree.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where members of the workspace live, each with its own links to what it depends on. */
const GROUPS = ['apps', 'packages'] as const;

/** Why tests that need an old version are skipped where it can't be had. */
export const NO_HISTORY = 'needs git, and the history of this repository';

/** Whether this checkout's history has a commit. */
export function hasCommit(commit: string): boolean {
  return git(['cat-file', '-e', `${commit}^{commit}`]).status === 0;
}

/** A tree of another commit. */
export interface OldTree extends SourceTree {
  /** The folder of the benchmark's roles, today's, with the producer of that commit. */
  readonly rolesFolder: string;
}

/**
 * The fleet's source as it was at a commit, in a temporary folder: workers and producers of that version can run beside today's.
 * Dependencies, the numbered load and the benchmark are today's.
 *
 * @throws Error when the history doesn't have the commit
 */
export function createOldTree(commit: string): OldTree {
  const home = mkdtempSync(join(tmpdir(), 'cio-fleet-old-'));
  const archive = git(['archive', commit, ...GROUPS]);
  if (archive.status !== 0) throw new Error(`expected commit ${commit} in the history, git said: ${archive.stderr}`);
  const unpacked = spawnSync('tar', ['-x', '-C', home], { input: archive.stdout });
  if (unpacked.status !== 0) throw new Error(`expected tar to unpack the archive, it said: ${unpacked.stderr}`);
  for (const member of GROUPS.flatMap((group) => readdirSync(join(home, group)).map((name) => join(group, name)))) {
    linkDependencies(home, member);
  }
  linkDependencies(home, 'scripts');
  for (const folder of ['rig', 'bench']) {
    cpSync(join(ROOT, 'scripts', folder), join(home, 'scripts', folder), { recursive: true });
  }
  cpSync(join(ROOT, 'scripts/package.json'), join(home, 'scripts/package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(home, 'node_modules'));
  return {
    workerEntry: join(home, 'apps/worker/src/main.ts'),
    producerEntry: join(home, 'scripts/rig/numbered-producer.ts'),
    rolesFolder: join(home, 'scripts/bench/roles'),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** Members link to each other by relative paths, which lead to their old selves there. */
function linkDependencies(home: string, member: string): void {
  const modules = join(ROOT, member, 'node_modules');
  if (!existsSync(modules)) return;
  mkdirSync(join(home, member), { recursive: true });
  cpSync(modules, join(home, member, 'node_modules'), { recursive: true, verbatimSymlinks: true });
}

function git(args: readonly string[]) {
  return spawnSync('git', ['-C', ROOT, ...args], { maxBuffer: 256 * 1024 * 1024 });
}
