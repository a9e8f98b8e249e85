import { expect, it } from 'vitest';
import { readBasicCredentials } from './basic-credentials.ts';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

it.each([
  [basic('site:key'), { user: 'site', password: 'key' }],
  [basic('write-key:'), { user: 'write-key', password: '' }],
  [basic('site:with:colons'), { user: 'site', password: 'with:colons' }],
  [basic('site:key').replace('Basic', 'basic'), { user: 'site', password: 'key' }],
  [basic('no colon'), undefined],
  ['Bearer abc', undefined],
  ['Basic', undefined],
  ['Basic a b', undefined],
  [basic(`a:${'x'.repeat(5_000)}`), undefined],
  [undefined, undefined],
])('reads %j as the right credentials', (header, expected) => {
  expect(readBasicCredentials(header)).toEqual(expected);
});
