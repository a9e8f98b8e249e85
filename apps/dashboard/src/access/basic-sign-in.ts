import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Identity } from './identity.ts';
import { type HashedPassword, parseHashedPassword, verifyPassword } from './password.ts';
import type { SignIn, SignInResult } from './sign-in.ts';
import type { User } from './users.ts';

const REFUSED: SignInResult = {
  kind: 'refused',
  status: 401,
  message: 'Sign in with a user and password of DASHBOARD_USERS.',
  challenge: 'Basic realm="cio-fleet", charset="UTF-8"',
};

/** A browser sends the credentials with every request: a verified pair is remembered, so that scrypt runs once. */
const REMEMBERED_MS = 5 * 60_000;
const MAX_REMEMBERED = 200;

interface Account {
  readonly identity: Identity;
  readonly hashed: HashedPassword | undefined;
  /** Of a plain password, under a key of this process. */
  readonly digest: Buffer;
}

/** HTTP Basic against a list of users. Compares in constant time, also for users that don't exist. */
export function createBasicSignIn(
  users: readonly User[],
  { now = Date.now }: { readonly now?: () => number } = {},
): SignIn {
  const key = randomBytes(32);
  const digestOf = (text: string) => createHmac('sha256', key).update(text).digest();
  const accounts = new Map<string, Account>(
    users.map(({ name, password, role }) => [
      name,
      { identity: { user: name, role }, hashed: parseHashedPassword(password), digest: digestOf(password) },
    ]),
  );
  // An unknown user costs what a known one does, so that names can't be found by time.
  const decoy = [...accounts.values()].find(({ hashed }) => hashed !== undefined) ?? accounts.values().next().value;
  const remembered = new Map<string, number>();

  const verify = async (account: Account, password: string): Promise<boolean> => {
    if (account.hashed === undefined) return timingSafeEqual(account.digest, digestOf(password));
    return await verifyPassword(password, account.hashed);
  };

  return {
    mode: 'basic',
    async identify(request) {
      const credentials = parseBasic(request.headers.authorization);
      if (credentials === undefined || decoy === undefined) return REFUSED;
      const account = accounts.get(credentials.user);
      const pair = digestOf(`${credentials.user}\0${credentials.password}`).toString('hex');
      if (account !== undefined && (remembered.get(pair) ?? 0) > now()) {
        return { kind: 'signed-in', identity: account.identity };
      }
      const isRight = await verify(account ?? decoy, credentials.password);
      if (!isRight || account === undefined) return REFUSED;
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      remembered.set(pair, now() + REMEMBERED_MS);
      return { kind: 'signed-in', identity: account.identity };
    },
  };
}

function parseBasic(header: string | undefined): { readonly user: string; readonly password: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/_-]+=*)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
