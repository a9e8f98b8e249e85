import { expect, it } from 'vitest';
import { isSigned, signingKeysOf } from './signature.ts';

const VECTOR = {
  timestamp: '1613063089',
  body: Buffer.from('{"event_id":"01E4C4CT6YDC7Y5M7FE1GWWPQJ"}'),
  signature: '303c55bad73fec5589521d5bb0bf074f84e87fbf8734abd493217334494ab2fc',
};

it('takes the known signature of a known body', () => {
  expect(isSigned(VECTOR, ['whsec_demo'])).toBe(true);
  expect(isSigned({ ...VECTOR, signature: `v0=${VECTOR.signature}` }, ['whsec_demo'])).toBe(true);
});

it('takes the signature of any key while a key is being changed', () => {
  expect(signingKeysOf(' whsec_new , whsec_demo,')).toEqual(['whsec_new', 'whsec_demo']);
  expect(isSigned(VECTOR, signingKeysOf('whsec_new,whsec_demo'))).toBe(true);
});

it.each([
  ['another key', {}, ['whsec_other']],
  ['no key', {}, []],
  ['another time', { timestamp: '1613063090' }, ['whsec_demo']],
  ['no time', { timestamp: undefined }, ['whsec_demo']],
  ['a body of one byte more', { body: Buffer.concat([VECTOR.body, Buffer.from(' ')]) }, ['whsec_demo']],
  ['no signature', { signature: undefined }, ['whsec_demo']],
  ['an empty signature', { signature: '' }, ['whsec_demo']],
  ['half a signature', { signature: VECTOR.signature.slice(0, 32) }, ['whsec_demo']],
  ['a signature in capitals', { signature: VECTOR.signature.toUpperCase() }, ['whsec_demo']],
])('refuses %s', (_, change, keys) => {
  expect(isSigned({ ...VECTOR, ...change }, keys)).toBe(false);
});
