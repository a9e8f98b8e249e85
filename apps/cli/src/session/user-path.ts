import { isAbsolute, resolve } from 'node:path';
import type { Environment } from '@cio-fleet/lifecycle';

/**
 * A path as the user means it. `npm run fleet` changes to the root of the project first and leaves in `INIT_CWD` where the
 * user was.
 */
export function userPath(path: string, env: Environment): string {
  const startedIn = env.npm_lifecycle_event === 'fleet' ? env.INIT_CWD : undefined;
  return isAbsolute(path) || startedIn === undefined ? path : resolve(startedIn, path);
}
