/** What a stable code means and what to do about it: one sentence each. */
export interface CodeEntry {
  readonly meaning: string;
  readonly remedy: string;
}

/** Every code with which an operation can be refused before it is accepted. Stable: alerts and tests match on them. */
export const REFUSAL_CODES = {
  OPERATION_NOT_OBJECT: {
    meaning: 'The operation is not a plain object.',
    remedy: 'Pass an object such as { type, action, identifiers }.',
  },
  OPERATION_UNREADABLE: {
    meaning: 'Reading the operation threw: a getter or a proxy in it failed.',
    remedy: 'Pass plain data, copied from the object that has the getter.',
  },
  OPERATION_TOO_LARGE: {
    meaning: "The operation's JSON is larger than the 32,000 bytes that Customer.io takes per operation.",
    remedy: 'Send less data with it, or a reference to the data.',
  },
  OPERATION_TYPE_UNKNOWN: {
    meaning: 'There is no operation of this type.',
    remedy: 'Use one of the types listed.',
  },
  OPERATION_ACTION_UNKNOWN: {
    meaning: 'Operations of this type have no such action.',
    remedy: 'Use one of the actions listed.',
  },
  FIELD_UNKNOWN: {
    meaning: 'The operation has a field that its action does not have.',
    remedy: 'Remove the field, or move it into attributes.',
  },
  FIELD_MISSING: {
    meaning: 'A field that the action needs is missing.',
    remedy: 'Add the field.',
  },
  FIELD_TYPE: {
    meaning: 'A field has the wrong type.',
    remedy: 'Pass what is expected there.',
  },
  IDENTIFIER_MISSING: {
    meaning: 'Nothing says which person, object or delivery is meant.',
    remedy: 'Pass exactly one identifier.',
  },
  IDENTIFIER_AMBIGUOUS: {
    meaning: 'There is more than one identifier; Customer.io takes exactly one.',
    remedy: 'Keep one identifier and pass the others as attributes.',
  },
  IDENTIFIER_UNKNOWN: {
    meaning: 'This identifier is unknown, or cannot be used for this operation.',
    remedy: 'Use one of the identifiers listed.',
  },
  IDENTIFIER_TYPE: {
    meaning: 'An identifier is not text.',
    remedy: 'Pass text; for id and object ids a whole number will do.',
  },
  IDENTIFIER_EMPTY: {
    meaning: 'An identifier is empty or blank.',
    remedy: 'Skip the call while the identifier is not known.',
  },
  IDENTIFIER_TOO_LONG: {
    meaning: 'An identifier is longer than Customer.io takes.',
    remedy: 'Use a shorter identifier.',
  },
  IDENTIFIER_FORMAT: {
    meaning: 'An identifier does not have the form of its kind.',
    remedy: 'Correct it at its source.',
  },
  TEXT_INVALID: {
    meaning: 'An identifier or a name holds half a surrogate pair or a NUL character, which cannot be stored.',
    remedy: 'Clean the text at its source, e.g. with text.toWellFormed().',
  },
  EVENT_NAME_EMPTY: {
    meaning: 'The name is empty or blank.',
    remedy: 'Name the event, page or screen.',
  },
  EVENT_NAME_TOO_LONG: {
    meaning: 'The name is longer than Customer.io takes: 100 bytes for an event, 499 characters for a page or screen.',
    remedy: 'Shorten the name; for a page, pass the path as its name and the full address in attributes.url.',
  },
  EVENT_ID_INVALID: {
    meaning: 'The id of an event is not a ULID, by which Customer.io drops repeats.',
    remedy: 'Leave the id out: every operation gets a ULID when it is accepted.',
  },
  DELIVERY_METRIC_UNKNOWN: {
    meaning: 'Customer.io takes no such metric for a delivery.',
    remedy: 'Use one of the metrics listed.',
  },
  TIMESTAMP_INVALID: {
    meaning: 'This is not a point in time.',
    remedy: 'Pass a Date, ISO 8601 text, or unix seconds.',
  },
  TIMESTAMP_OUT_OF_RANGE: {
    meaning: 'The time lies before 1970 or more than 10 years ahead, so its unit or its clock must be wrong.',
    remedy: 'Pass a Date, ISO 8601 text, or unix seconds.',
  },
  ATTRIBUTES_TOO_MANY: {
    meaning: 'There are more attributes than the 300 that Customer.io takes at once.',
    remedy: 'Send fewer, or send them in several calls.',
  },
  ATTRIBUTE_NAME_EMPTY: {
    meaning: 'The name of an attribute is empty.',
    remedy: 'Name the attribute, or leave it out.',
  },
  ATTRIBUTE_NAME_TOO_LONG: {
    meaning: 'The name of an attribute is longer than the 150 bytes that Customer.io takes.',
    remedy: 'Shorten the name.',
  },
  ATTRIBUTE_VALUE_TOO_LONG: {
    meaning: 'The value of an attribute is longer than the 1,000 bytes that Customer.io takes.',
    remedy: 'Shorten the value, or send it as the data of an event.',
  },
  ATTRIBUTE_RESERVED: {
    meaning: 'Customer.io reserves the name of this attribute and would refuse or misread this value.',
    remedy: 'Pass what is expected there, or use another name.',
  },
  NAME_UNSAFE: {
    meaning: 'A member is named __proto__, constructor or prototype, which can change the program that reads it.',
    remedy: 'Rename the member; if it came from outside, treat the sender with suspicion.',
  },
  VALUE_UNSUPPORTED: {
    meaning: 'JSON cannot carry this value.',
    remedy: 'Convert it to text, a number, true, false, null, a Date, an array or a plain object first.',
  },
  VALUE_NOT_FINITE: {
    meaning: 'A number is NaN or infinite.',
    remedy: 'Leave the member out, or pass null to remove the attribute.',
  },
  VALUE_CYCLE: {
    meaning: 'A value contains itself.',
    remedy: 'Pass plain data without references back.',
  },
  VALUE_TOO_DEEP: {
    meaning: 'Values nest deeper than 32 levels.',
    remedy: 'Flatten the data.',
  },
  DEVICE_PLATFORM_UNKNOWN: {
    meaning: 'The platform of a device is not one that Customer.io has.',
    remedy: 'Use ios or android.',
  },
  REGION_UNKNOWN: {
    meaning: 'The gateway does not know which region this is for, and its configuration refuses that.',
    remedy: 'Identify the person with the trait of the region first.',
  },
  REGION_CONFLICT: {
    meaning:
      'The operation is about two regions (of persons, or of an object alone), which no workspace can hold together.',
    remedy: 'Send one operation for each region. Say the trait of a person who moved, and of an object alone.',
  },
} as const satisfies Record<string, CodeEntry>;

/** The stable code of a refusal. */
export type RefusalCode = keyof typeof REFUSAL_CODES;
