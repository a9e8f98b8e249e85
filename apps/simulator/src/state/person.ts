import { AttributeStore } from './attribute-store.ts';

/** An event as kept for read-outs. */
export interface StoredEvent {
  readonly id: string | undefined;
  readonly type: string;
  readonly name: string;
  /** Unix seconds, as sent; the time of receipt where none was. */
  readonly timestamp: unknown;
  readonly attributes: unknown;
}

/** A device, keyed by its token. */
export interface Device {
  readonly token: string;
  readonly platform: string;
  readonly last_used: unknown;
  readonly attributes: unknown;
}

/** One person of a workspace. Each identifier that is set stands in the directory's index of its kind. */
export interface Person {
  readonly cioId: string;
  id: string | undefined;
  email: string | undefined;
  phone: string | undefined;
  readonly attributes: AttributeStore;
  readonly devices: Map<string, Device>;
  /** The most recent ones, oldest first; `eventCount` counts all. */
  events: StoredEvent[];
  eventCount: number;
  /** Object key to the attributes of the relationship. */
  readonly relationships: Map<string, AttributeStore>;
  readonly segments: Set<string>;
}

export const newPerson = (cioId: string): Person => ({
  cioId,
  id: undefined,
  email: undefined,
  phone: undefined,
  attributes: new AttributeStore(),
  devices: new Map(),
  events: [],
  eventCount: 0,
  relationships: new Map(),
  segments: new Set(),
});
