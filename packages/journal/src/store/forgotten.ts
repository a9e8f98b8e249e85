import { createHash } from 'node:crypto';

/** What the proof of an erasure knows a person by: whoever asks for a person can make it, nobody can read it back. */
export function personDigest(workspace: string, person: string): string {
  return createHash('sha256').update(`${workspace}\0${person}`).digest('hex');
}

/** The sessions, anonymous ids and users among aliases. */
export function sortAliases(aliases: readonly string[]) {
  const after = (prefix: string) =>
    aliases.filter((alias) => alias.startsWith(prefix)).map((alias) => alias.slice(prefix.length));
  return {
    sessions: after('session:'),
    anonymous: after('anonymous:'),
    users: after('user:'),
  };
}
