import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { appVersion } from './app-version.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** A checkout with one app; the files of git by name. */
function manifestIn(files: Readonly<Record<string, string>>): URL {
  const root = mkdtempSync(join(tmpdir(), 'app-version-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [name, text] of Object.entries({ 'work/apps/worker/package.json': '{"version":"1.2.3"}', ...files })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return pathToFileURL(join(root, 'work/apps/worker/package.json'));
}

const versionOf = (files: Readonly<Record<string, string>>, given?: string) =>
  appVersion({ manifest: manifestIn(files), given });

it('is what CIO_FLEET_VERSION says', () => {
  expect(versionOf({ 'work/.git/HEAD': COMMIT }, 'release-42')).toBe('release-42');
});

it.each<[string, Readonly<Record<string, string>>]>([
  ['on a branch', { 'work/.git/HEAD': 'ref: refs/heads/main\n', 'work/.git/refs/heads/main': `${COMMIT}\n` }],
  [
    'on a packed branch',
    { 'work/.git/HEAD': 'ref: refs/heads/main\n', 'work/.git/packed-refs': `# pack\n${COMMIT} refs/heads/main\n` },
  ],
  ['without a branch', { 'work/.git/HEAD': `${COMMIT}\n` }],
  [
    'in a worktree',
    {
      'work/.git': 'gitdir: ../main/.git/worktrees/work\n',
      'main/.git/worktrees/work/HEAD': 'ref: refs/heads/side\n',
      'main/.git/worktrees/work/commondir': '../..\n',
      'main/.git/refs/heads/side': `${COMMIT}\n`,
    },
  ],
])('has the commit of a checkout %s', (_, files) => {
  expect(versionOf(files)).toBe('1.2.3+012345678');
});

it.each<[string, Readonly<Record<string, string>>]>([
  ['outside a checkout', {}],
  ['before the first commit', { 'work/.git/HEAD': 'ref: refs/heads/main\n' }],
])('is that of package.json %s', (_, files) => {
  expect(versionOf(files)).toBe('1.2.3');
});
