import { createHash } from 'node:crypto';
import { CONTENT_IDEMPOTENCY_KEY } from '../idempotency.ts';
import { isUlid } from '../ulid.ts';
import { type PathIdentifiers, personOfPath } from './person-of-path.ts';
import { given, type JsonObject, objectOf, oneOperation, refusedBody, type V1Call, type V1Draft } from './v1-call.ts';

/** `POST /customers/{identifier}/events`, body `{name, type?, id?, timestamp?, data?}`. */
export function v1Event(identifier: string | number, body: unknown): V1Call {
  const data = objectOf(body);
  if (data === undefined) return refusedBody(body);
  return oneOperation(personEvent(personOfPath(identifier), data));
}

/**
 * `POST /events`, body `{name, anonymous_id?, type?, id?, timestamp?, data?}`. Without an `anonymous_id` it is an event of nobody,
 * such as an invitation to `data.recipient`, which only v1 has: an operation of type `invite`.
 */
export function v1AnonymousEvent(body: unknown): V1Call {
  const data = objectOf(body);
  if (data === undefined) return refusedBody(body);
  const { anonymous_id: anonymousId } = data;
  if (anonymousId !== undefined && anonymousId !== null && anonymousId !== '') {
    return oneOperation(personEvent({ anonymous_id: anonymousId }, data));
  }
  return oneOperation({ type: 'invite', action: actionOf(data), ...fieldsOfEvent(data) });
}

function personEvent(identifiers: PathIdentifiers | { readonly anonymous_id: unknown }, data: JsonObject): V1Draft {
  return { type: 'person', action: actionOf(data), identifiers, ...fieldsOfEvent(data) };
}

/** Whatever is neither a page nor a screen is an event. */
function actionOf({ type }: JsonObject): 'event' | 'page' | 'screen' {
  return type === 'page' || type === 'screen' ? type : 'event';
}

/** An `id` that isn't a ULID can't travel as one, so it becomes the idempotency key. */
function fieldsOfEvent({ name, data: attributes, id, timestamp }: JsonObject): JsonObject {
  const eventId = typeof id === 'string' ? id.toUpperCase() : id;
  return given({
    name: typeof name === 'number' ? String(name) : name,
    attributes,
    timestamp,
    ...(isUlid(eventId) ? { id: eventId } : { idempotencyKey: keyOf(id) }),
  });
}

const MAX_KEY_CHARACTERS = 64;

/** Long ids, and the word that asks for a key of the content, stand as their hash. */
function keyOf(id: unknown): string | undefined {
  if (typeof id !== 'string' && typeof id !== 'number') return undefined;
  const key = String(id);
  if (key === '') return undefined;
  if (key.length <= MAX_KEY_CHARACTERS && key !== CONTENT_IDEMPOTENCY_KEY) return key;
  return `event-id:${createHash('sha256').update(key).digest('base64url')}`;
}
