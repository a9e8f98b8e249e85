import { type Shop, visitOf } from './shop.ts';

/** Sends sample traffic until it is stopped. */
export interface Traffic {
  /** Sends no more, and waits until everything is reported. */
  stop(): Promise<void>;
}

/** The ways in: half of the visits go through the producer, half through the gateway. */
export interface Shops {
  readonly producer: Shop;
  /** They take turns. */
  readonly gateway: readonly Shop[];
}

const TICK_MS = 100;
/** Visits in a row that one shop reports: each sees every kind of visit. */
const ROUND = 10;

/** A small web shop, whose services report its visits in several ways. */
export function startTraffic({ producer, gateway }: Shops, visitsPerSecond: number): Traffic {
  const turns = gateway.flatMap((shop) => [producer, shop]);
  let sent = 0;
  let owed = 0;
  const timer = setInterval(() => {
    owed += (visitsPerSecond * TICK_MS) / 1000;
    for (; owed >= 1; owed -= 1) {
      sent += 1;
      const shop = turns[Math.floor(sent / ROUND) % turns.length] ?? producer;
      void shop.report(visitOf(sent));
    }
  }, TICK_MS);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all([producer, ...gateway].map((shop) => shop.close()));
    },
  };
}
