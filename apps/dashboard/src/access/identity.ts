/** A viewer looks; an operator also changes. */
export type Role = 'viewer' | 'operator';

export const ROLES = ['viewer', 'operator'] as const satisfies readonly Role[];

/** Who asks. */
export interface Identity {
  readonly user: string;
  readonly role: Role;
}

/**
 * Carries the identity to Bull Board's handlers, which see headers and nothing else. Whatever a client sends under this name
 * is removed before sign-in.
 */
export const IDENTITY_HEADER = 'x-cio-fleet-identity';

export function encodeIdentity(identity: Identity): string {
  return encodeURIComponent(JSON.stringify(identity));
}

/** The identity that sign-in put into the header; without one, nobody may do anything. */
export function decodeIdentity(header: string | string[] | undefined): Identity | undefined {
  return typeof header === 'string' ? (JSON.parse(decodeURIComponent(header)) as Identity) : undefined;
}
