import type { OperationInput } from '@cio-fleet/producer';
import { mapMessage } from '@cio-fleet/segment';
import { type CallProblem, draftOperation } from '../verbs/draft-operation.ts';
import type { InputLine } from './line-reader.ts';
import { type ImportSeed, stableUlid } from './stable-id.ts';

/** Why a line was not sent. */
export interface LineRefusal {
  readonly code: string;
  readonly message: string;
  readonly path?: string;
  readonly expected?: string;
  readonly received?: string;
}

export type ReadImportLine =
  /** In order; none where a message says that it is not for Customer.io. */
  | { readonly kind: 'operations'; readonly operations: readonly OperationInput[] }
  | { readonly kind: 'blank' }
  | { readonly kind: 'bad'; readonly refusal: LineRefusal };

/** What the lines of a file are: operations, or messages of Segment's specification. */
export const IMPORT_FORMATS = ['operations', 'segment'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

export interface ImportLineContext {
  readonly format: ImportFormat;
  readonly seed: ImportSeed;
  readonly maxLineBytes: number;
  /** The sender of operations that name none. */
  readonly source: string;
}

/** Call options that both forms may carry. */
const OPTIONS = ['source', 'sessionId', 'traceId', 'idempotencyKey'] as const;
const SHORT_FORM = ['verb', 'person', 'name', 'data', 'timestamp', ...OPTIONS] as const;
const EVENTS: ReadonlySet<unknown> = new Set(['event', 'page', 'screen']);

/**
 * Reads a line: an operation in v2's shape with call options beside it, or the short form
 * `{"verb":"track","person":"42","name":"Bought","data":{}}`, or a message of Segment's specification. Events get an id, and all operations an idempotency key, that
 * a resumed import gives them again.
 */
export function readImportLine(line: InputLine, context: ImportLineContext): ReadImportLine {
  if (line.text === undefined) return bad(unreadable(line, context));
  if (line.text.trim() === '') return { kind: 'blank' };
  const parsed = parseObject(line.text);
  if (typeof parsed === 'string') return bad({ code: 'LINE_NOT_JSON', message: parsed });
  const given = draftsOf(parsed, context.format);
  if (!given.ok) return bad(given.refusal);
  // The places of a line are its own: its second operation can have the id that the second byte would give.
  const operations = given.operations.map((operation, index) => withStableIds(operation, line.offset + index, context));
  return { kind: 'operations', operations };
}

function draftsOf(parsed: Readonly<Record<string, unknown>>, format: ImportFormat): Drafts {
  if (format === 'segment') return fromMessage(parsed);
  return 'verb' in parsed ? fromShortForm(parsed) : { ok: true, operations: [parsed] };
}

function fromMessage(message: Readonly<Record<string, unknown>>): Drafts {
  const mapped = mapMessage(message);
  if (mapped.ok) return { ok: true, operations: mapped.operations };
  const { code, message: text, path } = mapped.refusal;
  return { ok: false, refusal: { code, message: text, path } };
}

function withStableIds(
  operation: Readonly<Record<string, unknown>>,
  offset: number,
  { seed, source }: ImportLineContext,
): OperationInput {
  const id = stableUlid(seed, offset);
  const isEvent = operation.type === 'person' && EVENTS.has(operation.action);
  return {
    source,
    idempotencyKey: `import-${id}`,
    ...operation,
    ...(isEvent && operation.id === undefined && { id }),
  };
}

type Drafts =
  | { readonly ok: true; readonly operations: readonly Readonly<Record<string, unknown>>[] }
  | { readonly ok: false; readonly refusal: LineRefusal };

function fromShortForm(line: Readonly<Record<string, unknown>>): Drafts {
  const unknown = Object.keys(line).find((key) => !(SHORT_FORM as readonly string[]).includes(key));
  if (unknown !== undefined) {
    const expected = `one of ${SHORT_FORM.join(', ')}`;
    return {
      ok: false,
      refusal: refusalOf({ code: 'CALL_INVALID', path: unknown, expected, received: 'another name' }),
    };
  }
  const { verb, person, name, data, timestamp } = line;
  const drafted = draftOperation({ verb, person, name, data, timestamp });
  if (!drafted.ok) return { ok: false, refusal: refusalOf(drafted.problem) };
  const options = Object.fromEntries(OPTIONS.flatMap((key) => (line[key] === undefined ? [] : [[key, line[key]]])));
  return { ok: true, operations: [{ ...drafted.draft, ...options }] };
}

function refusalOf({ code, path, expected, received }: CallProblem): LineRefusal {
  return { code, message: `${path}: expected ${expected}, got ${received}`, path, expected, received };
}

/** The object, or what is wrong. The parser's own message quotes the data, so it isn't used. */
function parseObject(text: string): Readonly<Record<string, unknown>> | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'expected one JSON object on the line, got text that is not JSON';
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return 'expected one JSON object on the line, got JSON of another kind';
}

function unreadable({ problem, offset, endOffset }: InputLine, { maxLineBytes }: ImportLineContext): LineRefusal {
  if (problem === 'LINE_NOT_UTF8') {
    return { code: 'LINE_NOT_UTF8', message: 'expected text in UTF-8, got other bytes; convert the file' };
  }
  const message = `expected at most ${maxLineBytes} bytes on the line, got ${endOffset - offset}`;
  return { code: 'LINE_TOO_LONG', message };
}

function bad(refusal: LineRefusal): ReadImportLine {
  return { kind: 'bad', refusal };
}
