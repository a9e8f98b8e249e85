/** A visit to the demo's web shop, whichever SDK tells of it. */
export interface Visit {
  /** Counts all visits, from 1. */
  readonly n: number;
  readonly person: string;
  readonly kind: 'forget' | 'sign-up' | 'device' | 'ad' | 'page' | 'view' | 'order';
}

/** One way in which the shop reports visits. */
export interface Shop {
  /** Settles when the visit is reported, or could not be. Never rejects. */
  report(visit: Visit): Promise<unknown>;
  /** Reports what it still holds. */
  close(): Promise<unknown>;
}

export const PLANS = ['free', 'pro', 'team'] as const;
const PAGES = ['/', '/pricing', '/docs', '/checkout'] as const;
const PEOPLE = 300;

/** The `n`th visit: people sign up, browse, buy, and once in a while ask to be forgotten. */
export function visitOf(n: number): Visit {
  const person = `shopper-${(n * 7919) % PEOPLE}`;
  return { n, person, kind: kindOf(n) };
}

function kindOf(n: number): Visit['kind'] {
  if (n % 997 === 0) return 'forget';
  const step = n % 10;
  if (step === 0) return 'sign-up';
  if (step === 1) return 'device';
  if (step === 2) return 'ad';
  if (step < 6) return 'page';
  return step < 9 ? 'view' : 'order';
}

export const attributesOf = ({ n, person }: Visit) => ({
  email: `${person}@example.com`,
  plan: PLANS[(n / 10) % PLANS.length] ?? 'free',
  visits: n,
});
export const emailToForget = ({ n }: Visit): string => `forget-me-${n}@example.com`;
export const deviceOf = ({ n, person }: Visit) => ({
  token: `token-${person}`,
  platform: n % 2 ? ('ios' as const) : ('android' as const),
});
export const browserOf = ({ n }: Visit): string => `browser-${n % 50}`;
export const pageOf = ({ n }: Visit): string => `https://shop.example.com${PAGES[n % PAGES.length]}`;
export const productOf = ({ n }: Visit) => ({ sku: `sku-${n % 40}`, position: n % 12 });
export const orderOf = ({ n }: Visit) => ({ total: (n % 200) + 0.95, items: (n % 5) + 1 });
