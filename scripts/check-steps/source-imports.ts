import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** One import of one source file. */
export interface SourceImport {
  /** Path of the importing file, from the root, with `/`. */
  readonly file: string;
  /** What is imported: `node:fs`, `bullmq`, `@cio-fleet/contracts`, or for relative ones the path from the root. */
  readonly target: string;
}

const SPECIFIER =
  /(?:^|[\s;])(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;
const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', '.turbo', 'coverage']);

/** Every import of every TypeScript file below the given folders, static, dynamic, and of types. */
export function readSourceImports(root: string, folders: readonly string[]): readonly SourceImport[] {
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) => sourceFiles(join(root, folder)))
    .flatMap((path) => {
      const file = relative(root, path);
      return importsOf(file, readFileSync(path, 'utf8'));
    });
}

/** The imports in the text of a file. */
export function importsOf(file: string, text: string): readonly SourceImport[] {
  return [...text.matchAll(SPECIFIER)].map((match) => {
    const specifier = match[1] ?? match[2] ?? '';
    return { file, target: specifier.startsWith('.') ? join(dirname(file), specifier) : specifier };
  });
}

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : sourceFiles(path);
    return /\.[cm]?ts$/.test(entry.name) ? [path] : [];
  });
}
