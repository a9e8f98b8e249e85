import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isProcessAlive } from '@cio-fleet/lifecycle';

const NAME = /^demo-(\d+)$/;

/**
 * An empty folder for the data of the demo that runs as `pid`. Those of demos that live are left alone, those of dead ones removed.
 *
 * @param dataFolder - where the project keeps what is not in its repository
 */
export function makeDemoFolder(dataFolder: string, pid: number): string {
  mkdirSync(dataFolder, { recursive: true });
  for (const name of readdirSync(dataFolder)) {
    const owner = Number(NAME.exec(name)?.[1]);
    // A folder of our own pid is that of a dead process that had it before.
    if (owner > 0 && (owner === pid || !isProcessAlive(owner))) rmSync(join(dataFolder, name), { recursive: true });
  }
  const folder = join(dataFolder, `demo-${pid}`);
  mkdirSync(folder);
  return folder;
}
