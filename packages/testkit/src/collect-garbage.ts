import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects all garbage of this process, so that a test can ask its WeakRefs what is still held. */
export async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // A WeakRef holds what it refers to until the turn that made it or looked at it is over.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
}
