import { expect, it } from 'vitest';
import { readJsonLines } from './json-lines.ts';

const read = (text: string) =>
  readJsonLines(Buffer.from(text)).map((item) => (item.ok ? JSON.stringify(item.value) : item.problem));

it.each<[title: string, text: string, items: readonly string[]]>([
  ['one value over several lines', '{\n"a":\n1}', ['{"a":1}']],
  ['a value on each line', '1\n\n[2]\r\n', ['1', '[2]']],
  ['a bad line among good ones', '1\noops\n2', ['1', 'not-json', '2']],
  ['a line of open brackets among good ones', `1\n${'['.repeat(37)}\n2`, ['1', 'too-deep', '2']],
  ['lines that only together look deep', `${'[\n'.repeat(40)}1`, ['not-json', '1']],
  ['one value that is too deep', `${'[\n'.repeat(37)}${']\n'.repeat(37)}`, ['too-deep']],
])('reads %s', (_, text, items) => {
  expect([...new Set(read(text))]).toEqual(items);
});
