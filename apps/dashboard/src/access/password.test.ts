import { expect, it } from 'vitest';
import { hashPassword, parseHashedPassword, verifyPassword } from './password.ts';

it('accepts the password that was hashed, and no other', async () => {
  const hashed = parseHashedPassword(await hashPassword('correct horse'));
  if (hashed === undefined) throw new Error('expected a hashed password');
  expect(await verifyPassword('correct horse', hashed)).toBe(true);
  expect(await verifyPassword('correct horsf', hashed)).toBe(false);
});

it('salts each hash', async () => {
  expect(await hashPassword('same')).not.toBe(await hashPassword('same'));
});

it.each(['secret', 'scrypt', 'scrypt.1.2.3', 'scrypt$32768$8$3$abc$def'])('takes %j for a plain password', (text) => {
  expect(parseHashedPassword(text)).toBeUndefined();
});
