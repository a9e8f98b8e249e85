/**
 * Customer.io's documented limits. All sizes are bytes of UTF-8, never characters.
 *
 * @see https://docs.customer.io/integrations/api/track/ (section "Limits")
 */

/** Bytes of a person's id, an e-mail address or other identifier, and of an object's id. */
export const MAX_IDENTIFIER_BYTES = 150;

/** Bytes of an attribute's name. */
export const MAX_ATTRIBUTE_NAME_BYTES = 150;

/** Bytes of an attribute's value: of the text itself, or of the JSON text of a nested value. Event data has no such limit. */
export const MAX_ATTRIBUTE_VALUE_BYTES = 1_000;

/** Attributes of one person, object or relationship in one operation. */
export const MAX_ATTRIBUTES = 300;

/** Bytes of the name of an event. */
export const MAX_EVENT_NAME_BYTES = 100;

/**
 * Characters of the name of a page or screen view. Customer.io has two messages for names that are too long, "longer than 100
 * bytes" and "must be less than 500 characters"; addresses of pages, which are names of page views, need the latter.
 */
export const MAX_PAGE_NAME_CHARACTERS = 499;

/**
 * Bytes of one operation's JSON on the wire, our id and timestamp included. "32 KB" in the documentation, which doesn't say
 * whether a KB has 1,000 or 1,024 bytes: this is the safe reading.
 */
export const MAX_OPERATION_BYTES = 32_000;

/** Bytes of the body of one batch request ("500 KB"; the safe reading of less than that). */
export const MAX_BATCH_BYTES = 500_000;

/** People in one call that changes a segment. */
export const MAX_SEGMENT_PEOPLE = 1_000;

/**
 * How deep values may nest within an operation's attributes. Ours, not Customer.io's: deeper values stop JSON readers on the
 * way (PostgreSQL, Bull Board, templates) long before they mean anything.
 */
export const MAX_DEPTH = 32;

/** How far ahead a timestamp may lie, in seconds: 10 years. What lies beyond is a wrong unit or a broken clock. */
export const MAX_FUTURE_SECONDS = 10 * 365 * 24 * 3600;

/** Numbers from here on are milliseconds: as seconds this would be the year 5138, as milliseconds it is 1973. */
export const MILLISECONDS_FROM = 1e11;

/** What `wireOperation` adds to an event that has no id of its own: `"id":"<ULID>",`. */
export const WIRE_ID_BYTES = 34;

/** What `wireOperation` adds to an operation that has no timestamp of its own: `"timestamp":1772013598,`. */
export const WIRE_TIMESTAMP_BYTES = 23;
