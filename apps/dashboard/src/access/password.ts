import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** OWASP's parameters for scrypt: 32 MB and some 50 ms for each try. @see https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html */
const COST = { N: 2 ** 15, r: 8, p: 3 } as const;
const MAX_MEMORY_BYTES = 128 * 1024 * 1024;
const KEY_BYTES = 32;

/** `scrypt.<N>.<r>.<p>.<salt>.<hash>`: no character that a shell, a compose file or our own list would read. */
const HASHED = /^scrypt\.(\d{1,8})\.(\d{1,3})\.(\d{1,3})\.([\w-]{16,128})\.([\w-]{16,128})$/;

export interface HashedPassword {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** Reads a hashed password; `undefined` when `text` is a plain one. */
export function parseHashedPassword(text: string): HashedPassword | undefined {
  const match = HASHED.exec(text);
  if (match === null) return undefined;
  const [, N, r, p, salt = '', hash = ''] = match;
  return {
    N: Number(N),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  };
}

/** Hashes a password for `DASHBOARD_USERS`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, KEY_BYTES, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join('.');
}

/** Whether `password` is the one that was hashed; takes the same time either way. */
export async function verifyPassword(password: string, { N, r, p, salt, hash }: HashedPassword): Promise<boolean> {
  return timingSafeEqual(await derive(password, salt, hash.length, { N, r, p }), hash);
}

function derive(password: string, salt: Buffer, bytes: number, cost: ScryptOptions): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  scrypt(password.normalize('NFC'), salt, bytes, { ...cost, maxmem: MAX_MEMORY_BYTES }, (error, key) =>
    error === null ? resolve(key) : reject(error),
  );
  return promise;
}
