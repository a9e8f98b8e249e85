import { expect, it } from 'vitest';
import { brakeFilterOf } from './brake-options.ts';

it.each([
  ['42', 'id:42'],
  ['email:Ada@Example.com', 'email:ada@example.com'],
  ['phone:+4930123456', 'phone:+4930123456'],
])('a brake on %s is one on the key %s', (person, key) => {
  expect(brakeFilterOf({ person })).toEqual({ person: key });
});

it.each([
  ['Ada@Example.com', 'expected email:ada@example.com or id:Ada@Example.com, got Ada@Example.com; say which'],
  ['+4930123456', 'expected phone:+4930123456 or id:+4930123456, got +4930123456; say which'],
])('a brake on %s is refused, for it may be two keys', (person, message) => {
  expect(() => brakeFilterOf({ person })).toThrow(message);
});
