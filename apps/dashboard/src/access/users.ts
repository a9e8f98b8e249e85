import { ROLES, type Role } from './identity.ts';

/** One account of `DASHBOARD_USERS`. */
export interface User {
  readonly name: string;
  /** Plain, or hashed as `hashPassword` does it. */
  readonly password: string;
  readonly role: Role;
}

/**
 * Reads `user:password:role` entries, separated by commas or line ends; `#` starts a comment line. A password may hold
 * colons, but no comma. Problems name the entry by its number, never by its text.
 */
export function parseUsers(text: string): { readonly users: readonly User[]; readonly problems: readonly string[] } {
  const users: User[] = [];
  const problems: string[] = [];
  const entries = text
    .split(/[,\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '' && !entry.startsWith('#'));
  for (const [index, entry] of entries.entries()) {
    const first = entry.indexOf(':');
    const last = entry.lastIndexOf(':');
    const [name, password, role] = [entry.slice(0, first), entry.slice(first + 1, last), entry.slice(last + 1)];
    const problem = problemOf({ name, password, role, hasAllParts: first > 0 && last > first + 1, users });
    if (problem === undefined) users.push({ name, password, role: role as Role });
    else problems.push(`entry ${index + 1}: ${problem}`);
  }
  if (entries.length === 0) problems.push('expected at least one user:password:role, got none');
  return { users, problems };
}

function problemOf(entry: {
  readonly name: string;
  readonly password: string;
  readonly role: string;
  readonly hasAllParts: boolean;
  readonly users: readonly User[];
}): string | undefined {
  if (!entry.hasAllParts) return 'expected user:password:role';
  if (!ROLES.some((role) => role === entry.role)) return `expected the role to be one of ${ROLES.join(', ')}`;
  if (entry.users.some((user) => user.name === entry.name)) return 'expected each user once';
  return undefined;
}
