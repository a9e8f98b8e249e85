import { expect, it } from 'vitest';
import { trackOrigin } from './track-origin.ts';

it.each([
  ['http://127.0.0.1:8090', 'http://127.0.0.1:8090'],
  ['http://127.0.0.1:8090/', 'http://127.0.0.1:8090'],
  ['http://127.0.0.1:8090/api/v1', 'http://127.0.0.1:8090'],
  ['https://track.customer.io/api/v1/', 'https://track.customer.io'],
  ['https://track.customer.io/api/v2', undefined],
  ['https://user:pass@track.customer.io', undefined],
  ['https://track.customer.io?x=1', undefined],
  ['track.customer.io', undefined],
  ['', undefined],
])('reads the origin of %j as %j', (value, origin) => {
  expect(trackOrigin(value)).toBe(origin);
});
