import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isProcessAlive, readRunFile } from '@cio-fleet/lifecycle';

const NAME = /^demo-(\d+)$/;

/** What all demos shared before each had a folder of its own. Whose they are tells the run file, as long as that demo lives. */
const SHARED_NAMES = ['demo-redis', 'demo-journal'];

/**
 * An empty folder for the data of the demo that runs as `pid`. Those of demos that live are left alone, those of dead ones removed.
 *
 * @param dataFolder - where the project keeps what is not in its repository
 */
export function makeDemoFolder(dataFolder: string, pid: number): string {
  mkdirSync(dataFolder, { recursive: true });
  for (const name of readdirSync(dataFolder)) {
    // Another demo that starts now may be removing the same one.
    if (isOfDeadDemo(name, dataFolder, pid)) rmSync(join(dataFolder, name), { recursive: true, force: true });
  }
  const folder = join(dataFolder, `demo-${pid}`);
  mkdirSync(folder);
  return folder;
}

function isOfDeadDemo(name: string, dataFolder: string, pid: number): boolean {
  if (SHARED_NAMES.includes(name)) return readRunFile(join(dataFolder, 'run.json')) === undefined;
  const owner = Number(NAME.exec(name)?.[1]);
  // A folder of our own pid is that of a dead process that had it before.
  return owner > 0 && (owner === pid || !isProcessAlive(owner));
}
