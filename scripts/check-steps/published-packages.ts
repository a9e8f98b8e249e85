import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot, runCommand, runPnpm } from './run-command.ts';

const PUBLISHED = ['contracts', 'producer'] as const;

/**
 * Packs each published package as it would be published, and lets publint and attw look at the tarball. They are ESM only,
 * so attw's profile ignores what a CommonJS user of old Node would miss.
 *
 * @returns 0, or 1 when one is not fit to be published
 */
export function checkPublishedPackages(): number {
  const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-pack-'));
  try {
    return PUBLISHED.map((name) => checkOne(name, join(folder, name))).every((code) => code === 0) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function checkOne(name: string, folder: string): number {
  if (runPnpm(['pack', '--pack-destination', folder], join(projectRoot, 'packages', name)) !== 0) return 1;
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (!tarball) return 1;
  const path = join(folder, tarball);
  const codes = [
    runCommand('publint', ['run', '--strict', path]),
    runCommand('attw', [path, '--profile', 'esm-only', '--no-color']),
  ];
  return Math.max(...codes);
}
