import { Analytics } from '@segment/analytics-node';
import { TrackClient } from 'customerio-node';
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

/** Services that have an SDK of their own and send to the gateway. */
export interface GatewayAccess {
  readonly origin: string;
  readonly siteId: string;
  readonly apiKey: string;
}

/** A service with Customer.io's SDK. */
export function trackClientShop({ origin, siteId, apiKey }: GatewayAccess): Shop {
  const cio = new TrackClient(siteId, apiKey, { url: `${origin}/api/v1` });
  const send = ({ person, ...visit }: Visit): Promise<unknown> => {
    const whole = { person, ...visit };
    switch (visit.kind) {
      case 'forget':
        return cio.suppress(emailToForget(whole));
      case 'sign-up':
        return cio.identify(person, attributesOf(whole));
      case 'device': {
        const { token, platform } = deviceOf(whole);
        return cio.addDevice(person, token, platform);
      }
      case 'ad':
        return cio.trackAnonymous(browserOf(whole), { name: 'Ad Clicked', data: { campaign: 'autumn' } });
      case 'page':
        return cio.trackPageView(person, pageOf(whole));
      case 'view':
        return cio.track(person, { name: 'Product Viewed', data: productOf(whole) });
      case 'order':
        return cio.track(person, { name: 'Order Placed', data: orderOf(whole) });
    }
  };
  const underWay = new Set<Promise<unknown>>();
  return {
    report(visit) {
      // It repeats by itself what is answered 503; what it gives up was never accepted.
      const sending = send(visit).catch(() => undefined);
      underWay.add(sending);
      return sending.finally(() => underWay.delete(sending));
    },
    close: () => Promise.all(underWay),
  };
}

/** A service with Segment's SDK, which collects for a moment and sends batches. */
export function segmentShop({ origin, apiKey }: GatewayAccess): Shop {
  const analytics = new Analytics({ writeKey: apiKey, host: origin, flushInterval: 500 });
  // It repeats by itself what can't be taken now; what it gives up was never accepted.
  analytics.on('error', () => undefined);
  return {
    async report(visit) {
      const { person: userId } = visit;
      switch (visit.kind) {
        case 'forget':
          return analytics.track({ userId: emailToForget(visit), event: 'User Suppressed' });
        case 'sign-up':
          return analytics.identify({ userId, traits: attributesOf(visit) });
        case 'device': {
          const { token, platform } = deviceOf(visit);
          const context = { device: { token, type: platform } };
          return analytics.track({ userId, event: 'Device Created or Updated', context });
        }
        case 'ad':
          return analytics.track({
            anonymousId: browserOf(visit),
            event: 'Ad Clicked',
            properties: { campaign: 'autumn' },
          });
        case 'page':
          return analytics.page({ userId, properties: { url: pageOf(visit) } });
        case 'view':
          return analytics.track({ userId, event: 'Product Viewed', properties: productOf(visit) });
        case 'order':
          return analytics.track({ userId, event: 'Order Placed', properties: orderOf(visit) });
      }
    },
    close: () => analytics.closeAndFlush({ timeout: 5000 }),
  };
}
