import type { Producer } from '@cio-fleet/producer';
import {
  attributesOf,
  browserOf,
  deviceOf,
  emailToForget,
  orderOf,
  pageOf,
  productOf,
  type Shop,
  type Visit,
} from './shop.ts';

/** A service on Node: it has the producer. */
export function producerShop(cio: Producer): Shop {
  // The producer never rejects, and what Redis can't take now stays buffered.
  const report = (visit: Visit): Promise<unknown> => {
    const { person } = visit;
    switch (visit.kind) {
      case 'forget':
        return cio.suppress({ email: emailToForget(visit) });
      case 'sign-up':
        return cio.identify(person, attributesOf(visit));
      case 'device':
        return cio.addDevice(person, deviceOf(visit));
      case 'ad':
        return cio.trackAnonymous(browserOf(visit), 'Ad Clicked', { campaign: 'autumn' });
      case 'page':
        return cio.page(person, pageOf(visit));
      case 'view':
        return cio.track(person, 'Product Viewed', productOf(visit));
      case 'order':
        return cio.track(person, 'Order Placed', orderOf(visit));
    }
  };
  return { report, close: () => cio.close({ timeoutMs: 5000 }) };
}
