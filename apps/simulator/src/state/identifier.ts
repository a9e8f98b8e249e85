import type { JsonObject } from '../json.ts';

/** The identifiers that a caller may give a person. */
export type IdentifierKind = 'id' | 'email' | 'phone';

export const IDENTIFIER_KINDS: readonly IdentifierKind[] = ['id', 'email', 'phone'];

/** One identifier of a person, as an operation names it. */
export interface Identifier {
  readonly kind: IdentifierKind | 'cio_id' | 'anonymous_id';
  readonly value: string;
}

/** Reads the one identifier of a validated operation. */
export function identifierOf(identifiers: JsonObject | undefined): Identifier {
  for (const kind in identifiers) {
    return { kind: kind as Identifier['kind'], value: identifiers[kind] as string };
  }
  throw new Error('expected validated identifiers, got none');
}

/** E-mail addresses are one regardless of case, everything else is taken as it is. */
export const canonical = (kind: Identifier['kind'], value: string): string =>
  kind === 'email' ? value.toLowerCase() : value;

/** A key for sets and maps over identifiers of every kind. */
export const identifierKey = ({ kind, value }: Identifier): string => `${kind}:${canonical(kind, value)}`;
