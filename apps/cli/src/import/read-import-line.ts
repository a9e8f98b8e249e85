import type { OperationInput } from '@cio-fleet/producer';
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
  | { readonly kind: 'operation'; readonly operation: OperationInput }
  | { readonly kind: 'blank' }
  | { readonly kind: 'bad'; readonly refusal: LineRefusal };

export interface ImportLineContext {
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
 * `{"verb":"track","person":"42","name":"Bought","data":{}}`. Events get an id, and all operations an idempotency key, that
 * a resumed import gives them again.
 */
export function readImportLine(line: InputLine, context: ImportLineContext): ReadImportLine {
  if (line.text === undefined) return bad(unreadable(line, context));
  if (line.text.trim() === '') return { kind: 'blank' };
  const parsed = parseObject(line.text);
  if (typeof parsed === 'string') return bad({ code: 'LINE_NOT_JSON', message: parsed });
  const given = 'verb' in parsed ? fromShortForm(parsed) : { ok: true as const, operation: parsed };
  if (!given.ok) return bad(given.refusal);
  return { kind: 'operation', operation: withStableIds(given.operation, line.offset, context) };
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

type Draft =
  | { readonly ok: true; readonly operation: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly refusal: LineRefusal };

function fromShortForm(line: Readonly<Record<string, unknown>>): Draft {
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
  return { ok: true, operation: { ...drafted.draft, ...options } };
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
