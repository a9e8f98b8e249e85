import { describe, expect, it } from 'vitest';
import { type InputLine, type LineReaderOptions, readLines } from './line-reader.ts';

async function lines(chunks: readonly (string | Uint8Array)[], options: Partial<LineReaderOptions> = {}) {
  async function* source() {
    for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  }
  const all: InputLine[] = [];
  for await (const some of readLines(source(), { maxLineBytes: 100, ...options })) all.push(...some);
  return all;
}

const texts = (all: readonly InputLine[]) => all.map(({ text, problem }) => text ?? problem);

describe('lines', () => {
  it('are the same however the bytes are cut, characters included', async () => {
    const bytes = Buffer.from('{"a":"ä€😀"}\n\nzwei\r\ndrei');
    const whole = await lines([bytes]);
    for (let size = 1; size <= bytes.length; size += 1) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      expect(await lines(pieces)).toEqual(whole);
    }
    expect(texts(whole)).toEqual(['{"a":"ä€😀"}', '', 'zwei\r', 'drei']);
  });

  it('carry their number and their bytes, counted from where reading began', async () => {
    expect(await lines(['ab\nc\n'], { startOffset: 10, linesBefore: 4 })).toEqual([
      { number: 5, offset: 10, endOffset: 13, text: 'ab' },
      { number: 6, offset: 13, endOffset: 15, text: 'c' },
    ]);
  });

  it('that are too long are told and skipped, and the next one is read', async () => {
    const all = await lines(['x'.repeat(80), 'x'.repeat(80), '\nshort\n'], { maxLineBytes: 100 });
    expect(texts(all)).toEqual(['LINE_TOO_LONG', 'short']);
    expect(all[1]).toMatchObject({ number: 2, offset: 161, endOffset: 167 });
  });

  it('that are not UTF-8 are told', async () => {
    expect(texts(await lines([Uint8Array.of(0xff, 0x0a), 'ok\n']))).toEqual(['LINE_NOT_UTF8', 'ok']);
  });

  it('lose a byte order mark at the very beginning', async () => {
    expect(texts(await lines(['\ufeffa\n\ufeffb\n']))).toEqual(['a', '\ufeffb']);
  });

  it('come as soon as their chunk has them', async () => {
    async function* endless() {
      yield Buffer.from('a\nb');
      await new Promise<never>(() => undefined);
    }
    const { value } = await readLines(endless(), { maxLineBytes: 10 }).next();
    expect(texts(value as readonly InputLine[])).toEqual(['a']);
  });
});
