import { isObject } from './dates.ts';
import { type Members, members } from './message.ts';
import { type MessageRefusal, NOT_AN_OBJECT } from './refusal.ts';

/** Most bytes of JSON of one message: 32 KB, as Segment's SDKs count. */
export const MAX_MESSAGE_BYTES = 32 * 1024;
/** Most bytes of the body of a request with many messages: 500 KB. */
export const MAX_REQUEST_BYTES = 500 * 1024;

/** The messages of a request, and what it says about all of them. */
export type RequestMessages =
  | { readonly ok: true; readonly messages: readonly unknown[]; readonly sentAt: unknown }
  | { readonly ok: false; readonly refusal: MessageRefusal };

/** The message of a request to one of the calls, e.g. `POST /v1/track`: the call says its type. */
export function singleMessage(body: unknown, type: string): RequestMessages {
  if (!isObject(body)) return { ok: false, refusal: NOT_AN_OBJECT };
  return { ok: true, messages: [{ ...body, type }], sentAt: body.sentAt };
}

/** The messages of `POST /v1/batch`: what its `context` and `integrations` say goes for all that don't say otherwise. */
export function batchMessages(body: unknown): RequestMessages {
  if (!isObject(body) || !Array.isArray(body.batch)) return { ok: false, refusal: NO_BATCH };
  const { batch, context, integrations, sentAt } = body;
  const messages = (batch as readonly unknown[]).map((message) =>
    isObject(message) ? withShared(message, members(context), members(integrations)) : message,
  );
  return { ok: true, messages, sentAt };
}

const NO_BATCH: MessageRefusal = {
  code: 'MESSAGE_NOT_OBJECT',
  path: 'batch',
  message: 'batch: expected a list of messages, got something else. Send { "batch": [ … ] }.',
};

function withShared(message: Members, context: Members, integrations: Members): Members {
  return {
    ...message,
    ...(hasMembers(context) ? { context: { ...context, ...members(message.context) } } : {}),
    ...(hasMembers(integrations) ? { integrations: { ...integrations, ...members(message.integrations) } } : {}),
  };
}

function hasMembers(value: Members): boolean {
  return Object.keys(value).length > 0;
}
