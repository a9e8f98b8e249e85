/**
 * What Customer.io refuses, in bytes of UTF-8 unless the name says otherwise.
 *
 * @see https://docs.customer.io/integrations/api/track/ (request sizes)
 * @see https://docs.customer.io/journeys/invalid-api-requests/ (field limits and their messages)
 */
export const LIMITS = {
  /** A batch must be smaller than 500 KB; KB is read as 1,000. */
  batchBytes: 500_000,
  /** One v2 operation may have up to 32 KB; KB is read as 1,024. */
  itemBytes: 32 * 1024,
  /** No limit is documented for a v1 request; its largest documented part is 100,000 bytes of event data. */
  v1BodyBytes: 500_000,
  personIdBytes: 150,
  objectIdBytes: 150,
  attributeNameBytes: 150,
  attributeValueBytes: 1000,
  attributesPerIdentify: 300,
  eventNameBytes: 100,
  /** Names of pages and screens are URLs and paths, and only the limit in characters is known for them. */
  pageNameCharacters: 500,
  eventDataBytes: 100_000,
  segmentIds: 1000,
  /** Not Customer.io's: deeper JSON is refused, because keeping it would overflow the stack of those who read it out. */
  nestingLevels: 64,
} as const;
