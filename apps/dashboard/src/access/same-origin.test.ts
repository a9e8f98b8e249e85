import { expect, it } from 'vitest';
import { isSameOrigin } from './same-origin.ts';

it.each([
  ['GET', {}, true],
  ['HEAD', { 'sec-fetch-site': 'cross-site' }, true],
  ['POST', {}, false],
  ['PUT', { host: 'a:1' }, false],
  ['PUT', { 'sec-fetch-site': 'same-origin' }, true],
  ['PUT', { 'sec-fetch-site': 'none' }, true],
  ['PUT', { 'sec-fetch-site': 'same-site', origin: 'http://a:1', host: 'a:1' }, false],
  ['PUT', { 'sec-fetch-site': 'cross-site', origin: 'http://a:1', host: 'a:1' }, false],
  ['PATCH', { origin: 'http://a:1', host: 'a:1' }, true],
  ['PATCH', { origin: 'http://b:1', host: 'a:1' }, false],
  ['DELETE', { origin: 'null', host: 'a:1' }, false],
  ['POST', { origin: '', host: 'a:1' }, false],
] as const)('lets %s with %j through: %s', (method, headers, expected) => {
  expect(isSameOrigin(method, headers)).toBe(expected);
});
