import type { Producer } from '@cio-fleet/producer';

/** Sends sample traffic until it is stopped. */
export interface Traffic {
  /** Sends no more, and waits until Redis has everything. */
  stop(): Promise<void>;
}

const PEOPLE = 300;
const PLANS = ['free', 'pro', 'team'] as const;
const PAGES = ['/', '/pricing', '/docs', '/checkout'] as const;
const TICK_MS = 100;

/** A small web shop: people sign up, browse, buy, and once in a while ask to be forgotten. */
export function startTraffic(cio: Producer, operationsPerSecond: number): Traffic {
  let sent = 0;
  let owed = 0;
  const timer = setInterval(() => {
    owed += (operationsPerSecond * TICK_MS) / 1000;
    for (; owed >= 1; owed -= 1) {
      sent += 1;
      // The producer never rejects, and what Redis can't take now stays buffered.
      void visit(cio, sent);
    }
  }, TICK_MS);
  return {
    async stop() {
      clearInterval(timer);
      await cio.flush({ timeoutMs: 10_000 });
    },
  };
}

function visit(cio: Producer, n: number): Promise<unknown> {
  const person = `shopper-${(n * 7919) % PEOPLE}`;
  const step = n % 10;
  if (n % 997 === 0) return cio.suppress({ email: `forget-me-${n}@example.com` });
  if (step === 0) {
    const plan = PLANS[(n / 10) % PLANS.length] ?? 'free';
    return cio.identify(person, { email: `${person}@example.com`, plan, visits: n });
  }
  if (step === 1) return cio.addDevice(person, { token: `token-${person}`, platform: n % 2 ? 'ios' : 'android' });
  if (step === 2) return cio.trackAnonymous(`browser-${n % 50}`, 'Ad Clicked', { campaign: 'autumn' });
  if (step < 6) return cio.page(person, `https://shop.example.com${PAGES[n % PAGES.length]}`);
  if (step < 9) return cio.track(person, 'Product Viewed', { sku: `sku-${n % 40}`, position: n % 12 });
  return cio.track(person, 'Order Placed', { total: (n % 200) + 0.95, items: (n % 5) + 1 });
}
