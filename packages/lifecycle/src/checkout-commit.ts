import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The commit of the checkout that a file is in, as git's own files say it: no process is started, and git needs not be there.
 * Undefined outside a checkout, and in a form that we don't know.
 *
 * @see https://git-scm.com/docs/gitrepository-layout
 */
export function checkoutCommit(file: URL): string | undefined {
  for (let folder = dirname(fileURLToPath(file)); ; folder = dirname(folder)) {
    const gitFolder = gitFolderOf(folder);
    if (gitFolder !== undefined) return commitOf(gitFolder);
    if (folder === dirname(folder)) return undefined;
  }
}

/** `.git` itself, or where it points to in a worktree or a submodule. */
function gitFolderOf(folder: string): string | undefined {
  const path = join(folder, '.git');
  if (read(join(path, 'HEAD')) !== undefined) return path;
  const target = /^gitdir: (.+)$/m.exec(read(path) ?? '')?.[1];
  return target === undefined ? undefined : resolve(folder, target);
}

function commitOf(gitFolder: string): string | undefined {
  const head = read(join(gitFolder, 'HEAD'))?.trim() ?? '';
  const branch = /^ref: (.+)$/.exec(head)?.[1];
  if (branch === undefined) return asCommit(head);
  // A worktree has a HEAD of its own, and shares the branches.
  const shared = resolve(gitFolder, read(join(gitFolder, 'commondir'))?.trim() ?? '.');
  const loose = asCommit(read(join(shared, branch))?.trim());
  if (loose !== undefined) return loose;
  const packed = read(join(shared, 'packed-refs'))?.split('\n') ?? [];
  return asCommit(packed.find((line) => line.endsWith(` ${branch}`))?.split(' ')[0]);
}

function asCommit(text: string | undefined): string | undefined {
  return text !== undefined && /^[0-9a-f]{40,64}$/.test(text) ? text : undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // not there, or a folder: then it says nothing
  }
}
