import { describe, expect, it } from 'vitest';
import { objectOf, personOf } from './person-argument.ts';

describe('a person as text', () => {
  it.each([
    ['42', '42'],
    ['email:Ada@example.com', { email: 'Ada@example.com' }],
    ['phone:+15551234567', { phone: '+15551234567' }],
    ['cio_id:a300', { cio_id: 'a300' }],
    ['id:email:x', { id: 'email:x' }],
    ['urn:user:7', 'urn:user:7'],
  ])('reads %s', (text, expected) => {
    expect(personOf(text)).toEqual(expected);
  });

  it('leaves other values for the validation', () => {
    expect(personOf(42)).toBe(42);
    expect(personOf({ email: 'a@b.c' })).toEqual({ email: 'a@b.c' });
  });
});

describe('an object as text', () => {
  it('reads type and id around the first colon', () => {
    expect(objectOf('1:acme:eu')).toEqual({ typeId: '1', id: 'acme:eu' });
  });

  it.each(['acme', ':acme'])('is none without a type: %s', (text) => {
    expect(objectOf(text)).toBeUndefined();
  });
});
