import { TextDecoder } from 'node:util';

/** One line of the input, as bytes lie in it. */
export interface InputLine {
  /** 1-based. */
  readonly number: number;
  /** Where it begins, in bytes. */
  readonly offset: number;
  /** Where the next one begins. */
  readonly endOffset: number;
  /** Its text without the line end; absent when it can't be read. */
  readonly text?: string;
  /** Why there is no text. */
  readonly problem?: 'LINE_TOO_LONG' | 'LINE_NOT_UTF8';
}

export interface LineReaderOptions {
  /** Where the first byte of `chunks` lies. @defaultValue 0 */
  readonly startOffset?: number;
  /** Lines before it. @defaultValue 0 */
  readonly linesBefore?: number;
  /** A longer line is skipped without being kept. */
  readonly maxLineBytes: number;
}

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Splits bytes into lines: one list per chunk that ends a line, so that a slow pipe is read as it comes. Holds one line and
 * one chunk at most, however long a line is.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  { startOffset = 0, linesBefore = 0, maxLineBytes }: LineReaderOptions,
): AsyncGenerator<readonly InputLine[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let number = linesBefore;
  let offset = startOffset;
  let length = 0;
  let parts: Uint8Array[] = [];
  const add = (part: Uint8Array) => {
    length += part.length;
    if (length > maxLineBytes) parts = [];
    else if (part.length > 0) parts.push(part);
  };
  const take = (endBytes: number): InputLine => {
    number += 1;
    const place = { number, offset, endOffset: offset + length + endBytes };
    const line =
      length > maxLineBytes ? ({ ...place, problem: 'LINE_TOO_LONG' } as const) : decode(decoder, parts, place);
    offset = place.endOffset;
    length = 0;
    parts = [];
    return line;
  };
  for await (const chunk of chunks) {
    const lines: InputLine[] = [];
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      add(chunk.subarray(from, at));
      lines.push(take(1));
      from = at + 1;
    }
    add(chunk.subarray(from));
    if (lines.length > 0) yield lines;
  }
  if (length > 0) yield [take(0)];
}

function decode(
  decoder: TextDecoder,
  parts: readonly Uint8Array[],
  place: Pick<InputLine, 'number' | 'offset' | 'endOffset'>,
): InputLine {
  try {
    const text = decoder.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts));
    return { ...place, text: place.offset === 0 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text };
  } catch {
    // Replacing what is broken would send other data than the file holds.
    return { ...place, problem: 'LINE_NOT_UTF8' };
  }
}
