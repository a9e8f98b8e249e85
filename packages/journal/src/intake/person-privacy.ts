import { createHmac } from 'node:crypto';

/** `plain`: persons as given. Else a keyed hash, by which the same key finds them again and nobody reads them. */
export type PersonPrivacy = 'plain' | { readonly hashKey: string };

/** Persons hashed lately; a hash costs microseconds, and persons repeat. */
const MEMORY = 10_000;

/** How identities are kept. The same privacy must be given to sink and reader. */
export function createIdentityCloak(privacy: PersonPrivacy): (identity: string) => string {
  if (privacy === 'plain') return (identity) => identity;
  const known = new Map<string, string>();
  return (identity) => {
    const before = known.get(identity);
    if (before !== undefined) return before;
    const hash = `h:${createHmac('sha256', privacy.hashKey).update(identity).digest('base64url').slice(0, 27)}`;
    if (known.size >= MEMORY) known.clear();
    known.set(identity, hash);
    return hash;
  };
}
