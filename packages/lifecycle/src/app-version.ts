import { readFileSync } from 'node:fs';
import { checkoutCommit } from './checkout-commit.ts';

/** What says which version of an app runs. */
export interface AppVersionOptions {
  /** The app's package.json. */
  readonly manifest: URL;
  /** `CIO_FLEET_VERSION`: wins where it is set. */
  readonly given: string | undefined;
}

const COMMIT_CHARACTERS = 9;

/**
 * The version that logs, metrics, heartbeats and deploy markers carry: what is given, else that of package.json, with the commit
 * where the app runs from a checkout (`0.1.0+1a2b3c4d5`), so that every deploy has another.
 */
export function appVersion({ manifest, given }: AppVersionOptions): string {
  if (given !== undefined) return given;
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const commit = checkoutCommit(manifest);
  return commit === undefined ? version : `${version}+${commit.slice(0, COMMIT_CHARACTERS)}`;
}
