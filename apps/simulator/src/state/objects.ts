import type { JsonObject } from '../json.ts';
import { AttributeStore } from './attribute-store.ts';

/** A thing that is no person: a company, a course. */
export interface StoredObject {
  readonly key: string;
  readonly typeId: string;
  readonly objectId: string;
  readonly cioObjectId: string;
  readonly attributes: AttributeStore;
  /** The `cio_id` of each related person; what the relationship says is kept with the person. */
  readonly people: Set<string>;
  /** Relationships to people who are not identified yet. */
  readonly anonymous: Map<string, JsonObject>;
}

/** All objects of a workspace. */
export class Objects {
  readonly #byKey = new Map<string, StoredObject>();
  readonly #byCioObjectId = new Map<string, StoredObject>();
  /** Anonymous id to the objects that wait for it. */
  readonly #byAnonymousId = new Map<string, Set<StoredObject>>();
  #created = 0;

  find(identifiers: JsonObject): StoredObject | undefined {
    if (typeof identifiers.cio_object_id === 'string') return this.#byCioObjectId.get(identifiers.cio_object_id);
    return this.#byKey.get(keyOf(identifiers));
  }

  byKey(key: string): StoredObject | undefined {
    return this.#byKey.get(key);
  }

  /** Undefined only for a `cio_object_id` that nobody has. */
  findOrCreate(identifiers: JsonObject): StoredObject | undefined {
    const found = this.find(identifiers);
    if (found !== undefined || identifiers.cio_object_id !== undefined) return found;
    this.#created += 1;
    const object: StoredObject = {
      key: keyOf(identifiers),
      typeId: String(identifiers.object_type_id),
      objectId: String(identifiers.object_id),
      cioObjectId: `0b1e${this.#created.toString(16).padStart(8, '0')}`,
      attributes: new AttributeStore(),
      people: new Set(),
      anonymous: new Map(),
    };
    this.#byKey.set(object.key, object);
    this.#byCioObjectId.set(object.cioObjectId, object);
    return object;
  }

  remove(object: StoredObject): void {
    this.#byKey.delete(object.key);
    this.#byCioObjectId.delete(object.cioObjectId);
    for (const anonymousId of object.anonymous.keys()) this.#byAnonymousId.get(anonymousId)?.delete(object);
  }

  relateAnonymous(object: StoredObject, anonymousId: string, attributes: JsonObject): void {
    object.anonymous.set(anonymousId, attributes);
    const waiting = this.#byAnonymousId.get(anonymousId);
    if (waiting === undefined) this.#byAnonymousId.set(anonymousId, new Set([object]));
    else waiting.add(object);
  }

  /** The objects that waited for this anonymous id, which wait no more. */
  claimAnonymous(anonymousId: string): readonly StoredObject[] {
    const waiting = [...(this.#byAnonymousId.get(anonymousId) ?? [])];
    this.#byAnonymousId.delete(anonymousId);
    return waiting;
  }
}

const keyOf = (identifiers: JsonObject): string => `${identifiers.object_type_id}:${identifiers.object_id}`;
