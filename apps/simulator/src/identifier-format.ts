/** Loose on purpose: something, an at sign, something, no blanks. */
const EMAIL = /^[^\s@]+@[^\s@]+$/;

/** @see https://en.wikipedia.org/wiki/E.164 */
const E164 = /^\+[1-9]\d{1,14}$/;

export const isEmail = (text: string): boolean => EMAIL.test(text);

export const isPhone = (text: string): boolean => E164.test(text);
