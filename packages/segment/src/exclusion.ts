import type { Message } from './message.ts';

/** Customer.io's name in any of its spellings: "Customer.io", "Customer.io (Actions)", "Actions Customerio", … */
const CUSTOMERIO = /customer\.?\s?io/i;

/**
 * Whether the sender keeps this message from Customer.io: it is switched off by name, or everything is and it isn't switched on.
 *
 * @see https://segment.com/docs/connections/spec/common/#integrations
 */
export function isExcluded({ integrations }: Message): boolean {
  const named = Object.entries(integrations).filter(([name]) => CUSTOMERIO.test(name));
  if (named.some(([, value]) => value === false)) return true;
  return integrations.All === false && named.length === 0;
}
