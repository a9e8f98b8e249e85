import { z } from 'zod';

/** The bounds of an integer, both included. */
export interface IntegerBounds {
  /** @defaultValue 0 */
  readonly min?: number;
  /** @defaultValue Number.MAX_SAFE_INTEGER */
  readonly max?: number;
}

/** A whole number in an environment variable. Stricter than a coercion, which takes `''`, `1e3` and `0x10` for numbers too. */
export function envInteger({ min = 0, max = Number.MAX_SAFE_INTEGER }: IntegerBounds = {}) {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  const message = `a whole number ${range}`;
  return z
    .string()
    .regex(/^-?\d{1,16}$/, message)
    .transform(Number)
    .pipe(z.int(message).min(min, message).max(max, message));
}

/** `CIO_FLEET_VERSION`: a label of metrics and part of a line in Redis, so it has no spaces. */
export function envVersion() {
  return z.string().regex(/^[\w.+:@/-]{1,100}$/, 'up to 100 letters, digits and . _ + - : @ /');
}

/** A TCP or UDP port in an environment variable; 0 is any free port. */
export function envPort() {
  return envInteger({ min: 0, max: 65_535 });
}
