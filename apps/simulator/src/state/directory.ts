import { canonical, IDENTIFIER_KINDS, type Identifier, type IdentifierKind } from './identifier.ts';
import { newPerson, type Person } from './person.ts';

/** All people of a workspace, and who answers to which identifier. */
export class Directory {
  readonly #byCioId = new Map<string, Person>();
  readonly #byKind: Readonly<Record<IdentifierKind, Map<string, Person>>> = {
    id: new Map(),
    email: new Map(),
    phone: new Map(),
  };
  #created = 0;

  get size(): number {
    return this.#byCioId.size;
  }

  find({ kind, value }: Identifier): Person | undefined {
    if (kind === 'cio_id') return this.#byCioId.get(value);
    if (kind === 'anonymous_id') return undefined;
    return this.#byKind[kind].get(canonical(kind, value));
  }

  /** Finds, or creates where the identifier is one that a caller may choose; a `cio_id` is only ever Customer.io's. */
  findOrCreate(identifier: Identifier): Person | undefined {
    const found = this.find(identifier);
    if (found !== undefined || identifier.kind === 'cio_id' || identifier.kind === 'anonymous_id') return found;
    this.#created += 1;
    const person = newPerson(`d9c1${this.#created.toString(16).padStart(8, '0')}`);
    this.#byCioId.set(person.cioId, person);
    this.assign(person, identifier.kind, identifier.value);
    return person;
  }

  /** Gives `person` an identifier, in place of the one of that kind that it had. */
  assign(person: Person, kind: IdentifierKind, value: string | undefined): void {
    const before = person[kind];
    if (before !== undefined) this.#byKind[kind].delete(canonical(kind, before));
    person[kind] = value;
    if (value !== undefined) this.#byKind[kind].set(canonical(kind, value), person);
  }

  remove(person: Person): void {
    for (const kind of IDENTIFIER_KINDS) this.assign(person, kind, undefined);
    this.#byCioId.delete(person.cioId);
  }
}
