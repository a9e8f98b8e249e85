import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SourceTree } from './source-tree.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Folders of no use to a program that runs from source. */
const LEFT_OUT = new Set(['dist', 'test', 'browser']);

/** All that workers and numbered producers are made of. */
const FOLDERS = ['apps/worker', 'packages', 'scripts/rig', 'scripts/node_modules'];

/** One replacement of text in a source file; the text must be there exactly once. */
export interface Patch {
  /** Path from the root of the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/**
 * Copies apps and packages to a temporary folder and applies `patches`: the checker must notice each mistake, and mistakes
 * have no place in production code, not even behind a switch.
 *
 * @throws Error when a text is not there exactly once: then the code has changed, and the mistake must be made anew
 */
export function createPatchedTree(patches: readonly Patch[]): SourceTree {
  const home = mkdtempSync(join(tmpdir(), 'cio-fleet-mutant-'));
  for (const folder of FOLDERS) {
    cpSync(join(ROOT, folder), join(home, folder), {
      recursive: true,
      // The members link to each other by relative paths, which lead to their copies here.
      verbatimSymlinks: true,
      filter: (source) => !LEFT_OUT.has(basename(source)),
    });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(home, 'node_modules'));
  for (const patch of patches) applyPatch(home, patch);
  return {
    workerEntry: join(home, 'apps/worker/src/main.ts'),
    producerEntry: join(home, 'scripts/rig/numbered-producer.ts'),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

function applyPatch(home: string, { file, find, replace }: Patch): void {
  const path = join(home, file);
  const text = readFileSync(path, 'utf8');
  const found = text.split(find).length - 1;
  if (found !== 1) throw new Error(`expected ${JSON.stringify(find)} once in ${file}, found it ${found} times`);
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
}
