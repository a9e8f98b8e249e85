import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the project, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A page of the documentation. */
export interface Page {
  /** Relative to the root, e.g. `docs/runbook.md`. */
  readonly path: string;
  readonly text: string;
}

export function readPage(path: string): Page {
  return { path, text: readFileSync(`${ROOT}${path}`, 'utf8') };
}

/** The pages at the root, every one below docs/, and the README of each package and app that has one. */
export function readPages(): readonly Page[] {
  const below = readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' });
  const paths = below.filter((path) => path.endsWith('.md')).map((path) => `docs/${path}`);
  const members = ['apps', 'packages'].flatMap((group) =>
    readdirSync(`${ROOT}${group}`).map((name) => `${group}/${name}/README.md`),
  );
  const readmes = members.filter((path) => existsSync(`${ROOT}${path}`));
  return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...paths.sort(), ...readmes].map(readPage);
}

/** The text without its code blocks: what is said, as opposed to shown. */
export function proseOf(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '');
}

/** The anchors that the headings of a page get on GitHub and in most viewers. */
export function anchorsOf({ text }: Page): readonly string[] {
  const headings = [...proseOf(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading ?? '');
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Every `code span` of the prose. */
export function codeSpansOf(text: string): readonly string[] {
  return [...proseOf(text).matchAll(/`([^`\n]+)`/g)].map(([, span]) => span ?? '');
}

/** The lines of every code block of these languages. */
export function codeLinesOf(text: string, languages: readonly string[]): readonly string[] {
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
  return blocks.flatMap(([, language = '', code = '']) => (languages.includes(language) ? code.split('\n') : []));
}

/** The rows of every table whose head begins with this cell; each row as its cells. */
export function tableRowsOf(text: string, firstHead: string): readonly (readonly string[])[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    if (cellsOf(line)[0] !== firstHead || !/^\|[\s:|-]+\|$/.test(lines[index + 1] ?? '')) return [];
    const after = lines.slice(index + 2);
    const end = after.findIndex((next) => !next.startsWith('|'));
    return after.slice(0, end === -1 ? undefined : end).map(cellsOf);
  });
}

function cellsOf(line: string): readonly string[] {
  if (!line.startsWith('|')) return [];
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}
