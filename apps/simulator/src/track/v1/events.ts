import { isJsonObject, isLongerThanBytes, type JsonObject } from '../../json.ts';
import { LIMITS } from '../../limits.ts';
import type { Operation } from '../../operation.ts';
import { type Problem, tooLarge } from '../../problem.ts';
import { validateEvent } from '../../validate/event.ts';
import { validateIdentifiers } from '../../validate/identifiers.ts';
import { type Call, type Reading, reading } from './call.ts';
import { pathIdentifier } from './path-identifier.ts';

/** `POST /customers/{identifier}/events` */
export function customerEvent(call: Call): Reading {
  const identifiers = pathIdentifier(call.parameters[0] ?? '');
  return read(call, identifiers, validateIdentifiers(identifiers, 'identifiers', 'person'));
}

/** `POST /events`: of an anonymous person, or of nobody, which makes it an invitation. */
export function anonymousEvent(call: Call): Reading {
  const { anonymous_id: anonymousId } = call.body;
  if (anonymousId === undefined || anonymousId === null || anonymousId === '') return read(call, undefined, undefined);
  const identifiers = { anonymous_id: anonymousId };
  return read(call, identifiers, validateIdentifiers(identifiers, 'identifiers', 'anonymous'));
}

function read({ body, bodyBytes }: Call, identifiers: JsonObject | undefined, problem: Problem | undefined): Reading {
  const { type, id, name, timestamp, data } = body;
  const operation = {
    type: 'person',
    // Whatever is neither a page nor a screen is an event.
    action: type === 'page' || type === 'screen' ? type : 'event',
    ...(identifiers === undefined ? {} : { identifiers }),
    ...(id === undefined ? {} : { id }),
    name,
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(data === undefined ? {} : { attributes: data as JsonObject }),
  } satisfies Operation;
  return reading(operation, problem ?? validateEvent(operation) ?? measure(data, bodyBytes));
}

function measure(data: unknown, bodyBytes: number): Problem | undefined {
  if (bodyBytes <= LIMITS.eventDataBytes || !isJsonObject(data)) return undefined;
  if (!isLongerThanBytes(JSON.stringify(data), LIMITS.eventDataBytes)) return undefined;
  return tooLarge('data', `event data cannot be longer than ${LIMITS.eventDataBytes} bytes`);
}
