/** One event of the benchmark; every contender sends the same ones. */
export interface LoadEvent {
  readonly person: string;
  readonly name: string;
  /** `n` is the event's number, by which the receiver knows it. */
  readonly data: { readonly n: number } & Readonly<Record<string, unknown>>;
}

/** Persons over whom the events are spread. */
export const PERSONS = 2000;

const NAMES = ['Order Placed', 'Product Viewed', 'Cart Updated', 'Checkout Started'] as const;

/** Knuth's multiplicative hash: neighbours in number are strangers in person, and every run is alike. */
const SCATTER = 2_654_435_761;

/** The `n`th event: about 200 bytes of JSON in `data`, as a shop would send it. */
export function eventOf(n: number): LoadEvent {
  return {
    person: `customer-${(Math.imul(n + 1, SCATTER) >>> 0) % PERSONS}`,
    name: NAMES[n % NAMES.length] ?? NAMES[0],
    data: {
      n,
      order_id: `ord-${100_000 + n}`,
      total: 19.9 + (n % 100),
      currency: 'EUR',
      items: [{ sku: `sku-${n % 500}`, quantity: 1 + (n % 3), price: 19.9 }],
      coupon: n % 5 === 0 ? 'SPRING' : null,
      url: 'https://shop.example/checkout/complete',
      returning: n % 2 === 0,
    },
  };
}
