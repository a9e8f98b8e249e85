import { BoundedMap } from './bounded-map.ts';

/** Wrong credentials from one address within a minute, before it may guess no more. */
const MAX_FAILURES = 100;
const WINDOW_MS = 60_000;
const MAX_ADDRESSES = 10_000;
const MAX_SIGNED_IN = 50_000;

interface Failures {
  readonly untilMs: number;
  count: number;
}

/** Stops guessing at credentials, address by address. In the memory of this process: a guesser meets every process alone. */
export interface SignInGuard {
  /** Wrong credentials came from this address. */
  failed(address: string): void;
  /** A key came from this address and was right. */
  succeeded(address: string, keyId: string): void;
  /**
   * Seconds for which this address is not believed; undefined while it is. A key that was right from there before still is: a
   * guesser must not lock out the services behind the same proxy.
   */
  refusal(address: string, keyId?: string): number | undefined;
}

export function createSignInGuard(now: () => number = () => performance.now()): SignInGuard {
  const failures = new BoundedMap<Failures>(MAX_ADDRESSES);
  const signedIn = new BoundedMap<true>(MAX_SIGNED_IN);
  return {
    failed(address) {
      const known = failures.get(address);
      if (known !== undefined && known.untilMs > now()) known.count += 1;
      else failures.set(address, { untilMs: now() + WINDOW_MS, count: 1 });
    },
    succeeded(address, keyId) {
      const pair = `${address} ${keyId}`;
      if (signedIn.get(pair) === undefined) signedIn.set(pair, true);
    },
    refusal(address, keyId) {
      const known = failures.get(address);
      if (known === undefined || known.count < MAX_FAILURES || known.untilMs <= now()) return undefined;
      if (keyId !== undefined && signedIn.get(`${address} ${keyId}`) !== undefined) return undefined;
      return Math.max(1, Math.ceil((known.untilMs - now()) / 1_000));
    },
  };
}
