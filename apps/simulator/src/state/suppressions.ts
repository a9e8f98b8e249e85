import { canonical, type Identifier, identifierKey } from './identifier.ts';

/** Identifiers that were suppressed together, since a person may have several; freeing one frees all. */
type Group = readonly Identifier[];

/** The identifiers that Customer.io ignores until they are unsuppressed. */
export class Suppressions {
  readonly #groups = new Map<string, Group>();

  has(identifier: Identifier): boolean {
    return this.#groups.size > 0 && this.#groups.has(identifierKey(identifier));
  }

  add(group: Group): void {
    for (const identifier of group) this.#groups.set(identifierKey(identifier), group);
  }

  /** True when the identifier was suppressed. */
  release(identifier: Identifier): boolean {
    const group = this.groupOf(identifier);
    for (const member of group ?? []) this.#groups.delete(identifierKey(member));
    return group !== undefined;
  }

  groupOf(identifier: Identifier): Group | undefined {
    return this.#groups.get(`${identifier.kind}:${canonical(identifier.kind, identifier.value)}`);
  }
}
