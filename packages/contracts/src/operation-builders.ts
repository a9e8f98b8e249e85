/**
 * The producer's verbs as operations in v2's shape, not checked yet: `validateOperation` does that. Builders never throw,
 * whatever they are given; what can't be right is left for the validation to refuse.
 */

import type { Operation } from './operation.ts';

/** A person: text or a number is always an id. */
export type PersonInput =
  | string
  | number
  | { readonly id: string | number }
  | { readonly email: string }
  | { readonly phone: string }
  | { readonly cio_id: string };

/** An object of the workspace, e.g. the company of type 1 with the id "acme". */
export interface ObjectInput {
  /** The object type's number, from 1 on. */
  readonly typeId: string | number;
  readonly id: string | number;
}

/** Values that JSON can carry; Dates become unix seconds, `undefined` members are dropped, null removes an attribute. */
export interface AttributesInput {
  readonly [name: string]: unknown;
}

/** A Date, ISO 8601 text, or unix seconds (milliseconds are recognised). */
export type TimestampInput = Date | string | number;

export interface DeviceInput {
  readonly token: string;
  readonly platform: 'ios' | 'android';
  /** When the device was last identified. @defaultValue the time of the request */
  readonly lastUsed?: TimestampInput;
  /** Customer.io keeps these as text. */
  readonly attributes?: AttributesInput;
}

/** An operation before it is checked. */
export interface OperationDraft {
  readonly type: Operation['type'];
  readonly action: string;
  readonly [field: string]: unknown;
}

/** Options of verbs that have a time of their own. Other members are ignored. */
export interface DraftOptions {
  /** When it happened. @defaultValue the time of acceptance */
  readonly timestamp?: TimestampInput | undefined;
}

/** Adds or updates a person. */
export function identify(person: PersonInput, attributes?: AttributesInput, options?: DraftOptions): OperationDraft {
  return { ...personDraft('identify', person), attributes: given(attributes), timestamp: timestampOf(options) };
}

/** Records an event of a person. */
export function track(
  person: PersonInput,
  name: string,
  data?: AttributesInput,
  options?: DraftOptions,
): OperationDraft {
  return eventDraft('event', identifiersOf(person), { name, data, options });
}

/** Records a page view. The name is the page's address or path. */
export function page(person: PersonInput, url: string, data?: AttributesInput, options?: DraftOptions): OperationDraft {
  return eventDraft('page', identifiersOf(person), { name: url, data, options });
}

/** Records a screen view of an app. */
export function screen(
  person: PersonInput,
  name: string,
  data?: AttributesInput,
  options?: DraftOptions,
): OperationDraft {
  return eventDraft('screen', identifiersOf(person), { name, data, options });
}

/** Records an event of someone who isn't known yet. */
export function trackAnonymous(
  anonymousId: string | number,
  name: string,
  data?: AttributesInput,
  options?: DraftOptions,
): OperationDraft {
  return eventDraft('event', { anonymous_id: given(anonymousId) }, { name, data, options });
}

/** Deletes a person and blocks the identifier. */
export function suppress(person: PersonInput): OperationDraft {
  return personDraft('suppress', person);
}

/** Frees a suppressed identifier. Nothing is restored. */
export function unsuppress(person: PersonInput): OperationDraft {
  return personDraft('unsuppress', person);
}

/** Deletes a person; a later identify creates them again. */
export function deletePerson(person: PersonInput): OperationDraft {
  return personDraft('delete', person);
}

/** Merges `secondary` into `primary` and deletes `secondary`. It can't be undone. */
export function merge(primary: PersonInput, secondary: PersonInput): OperationDraft {
  return {
    type: 'person',
    action: 'merge',
    primary: identifiersOf(primary),
    secondary: identifiersOf(secondary),
  };
}

/** Adds or updates a device of a person. */
export function addDevice(person: PersonInput, device: DeviceInput): OperationDraft {
  return { ...personDraft('add_device', person), device: rename(device, DEVICE_NAMES) };
}

/** Removes a device of a person. */
export function deleteDevice(person: PersonInput, token: string): OperationDraft {
  return { ...personDraft('delete_device', person), device: { token: given(token) } };
}

/** Relates a person to an object. */
export function relate(person: PersonInput, object: ObjectInput, attributes?: AttributesInput): OperationDraft {
  const relationship = { identifiers: objectIdentifiersOf(object), relationship_attributes: given(attributes) };
  return { ...personDraft('add_relationships', person), cio_relationships: [relationship] };
}

/** Ends the relationship of a person to an object. */
export function unrelate(person: PersonInput, object: ObjectInput): OperationDraft {
  const relationship = { identifiers: objectIdentifiersOf(object) };
  return { ...personDraft('delete_relationships', person), cio_relationships: [relationship] };
}

/** Adds or updates an object. */
export function identifyObject(object: ObjectInput, attributes?: AttributesInput): OperationDraft {
  return {
    type: 'object',
    action: 'identify',
    identifiers: objectIdentifiersOf(object),
    attributes: given(attributes),
  };
}

/** Deletes an object and its relationships. */
export function deleteObject(object: ObjectInput): OperationDraft {
  return { type: 'object', action: 'delete', identifiers: objectIdentifiersOf(object) };
}

const DEVICE_NAMES: ReadonlyMap<string, string> = new Map([['lastUsed', 'last_used']]);
const OBJECT_NAMES: ReadonlyMap<string, string> = new Map([
  ['typeId', 'object_type_id'],
  ['id', 'object_id'],
]);

function personDraft(action: string, person: PersonInput): OperationDraft {
  return { type: 'person', action, identifiers: identifiersOf(person) };
}

interface EventParts {
  readonly name: string;
  readonly data: AttributesInput | undefined;
  readonly options: DraftOptions | undefined;
}

function eventDraft(action: string, identifiers: unknown, { name, data, options }: EventParts): OperationDraft {
  const timestamp = timestampOf(options);
  return { type: 'person', action, identifiers, name: given(name), attributes: given(data), timestamp };
}

function timestampOf(options: DraftOptions | undefined): unknown {
  try {
    return given(options?.timestamp);
  } catch {
    // A getter or a proxy threw. The options themselves are no time, so the validation refuses them.
    return options;
  }
}

function identifiersOf(person: unknown): unknown {
  return typeof person === 'string' || typeof person === 'number' ? { id: person } : given(person);
}

function objectIdentifiersOf(object: unknown): unknown {
  return rename(object, OBJECT_NAMES);
}

/** Callers without types pass null for what they don't have; the validation tells what is missing. */
function given(value: unknown): unknown {
  return value === null ? undefined : value;
}

/** A copy with v2's names for ours. Members of other names stay, so that the validation refuses typos. */
function rename(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value !== 'object' || value === null) return given(value);
  try {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [names.get(name) ?? name, member]));
  } catch {
    // A getter or a proxy threw. The validation meets the same and refuses it by its code.
    return value;
  }
}
