/** One complaint in an error body of Customer.io's. */
export interface ErrorEntry {
  /** Which operation of the batch, 0-based, where the entry says so. */
  readonly batchIndex?: number;
  readonly field?: string;
  readonly message: string;
}

/** Customer.io's texts are short; whatever a proxy sends instead is cut. */
const MAX_MESSAGE_LENGTH = 300;

/**
 * The complaints in a response body. Customer.io's v2 API answers `{"errors":[{batch_index?, reason, field, message}]}`,
 * its v1 API `{"meta":{"error":"…"}}` or `{"meta":{"errors":["…"]}}`.
 *
 * @see https://docs.customer.io/integrations/api/track/
 */
export function readErrorEntries(body: unknown): readonly ErrorEntry[] {
  if (!isRecord(body)) return [];
  const { errors, meta } = body;
  if (Array.isArray(errors)) return errors.map(readEntry);
  if (errors !== undefined && errors !== null) return [readEntry(errors)];
  if (!isRecord(meta)) return [];
  if (Array.isArray(meta.errors)) return meta.errors.map(readEntry);
  return meta.error === undefined ? [] : [readEntry(meta.error)];
}

/** All of it in one line, for a reason or an error message; `''` where the body says nothing. */
export function describeBody(body: unknown): string {
  const entries = readErrorEntries(body);
  if (entries.length > 0) return shorten(entries.map(({ message }) => message).join('; '));
  if (typeof body === 'string') return shorten(body.replace(/<[^>]*>/g, ' '));
  return '';
}

function readEntry(entry: unknown): ErrorEntry {
  if (!isRecord(entry)) return { message: shorten(String(entry)) };
  const { batch_index: batchIndex, field, message, detail, reason } = entry;
  const text = [message, detail, reason].find((part) => typeof part === 'string' && part !== '');
  return {
    message: shorten(typeof text === 'string' ? text : JSON.stringify(entry)),
    ...(typeof batchIndex === 'number' && Number.isInteger(batchIndex) && { batchIndex }),
    ...(typeof field === 'string' && field !== '' && { field }),
  };
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= MAX_MESSAGE_LENGTH ? line : `${line.slice(0, MAX_MESSAGE_LENGTH - 1)}…`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
