import { IdentifierType, TrackClient } from 'customerio-node';

// A program as it stands in many services. The test runs it as it is, and again with only the line above changed.
const cio = new TrackClient('demo-site', 'demo-key', {
  url: process.env.CUSTOMERIO_TRACK_URL ?? '',
  retry: { maxRetries: 0 },
});

await cio.identify('ada', { email: 'ada@example.com', plan: 'free', created_at: 1_700_000_000 });
await cio.identify('ada', { plan: 'pro', logins: 3, trial: false });
await cio.track('ada', { name: 'Order Placed', data: { total: 19.5, items: ['book', 'pen'] } });
await cio.trackPageView('ada', 'https://shop.example.com/checkout');
await cio.trackAnonymous('browser-7', { name: 'Ad Clicked', data: { campaign: 'autumn' } });
await cio.addDevice('ada', 'token-1', 'ios', { last_used: 1_700_000_100 });
await cio.addDevice('ada', 'token-2', 'android');
await cio.deleteDevice('ada', 'token-2');

await cio.identify(42, { email: 'number@example.com', name: 'Forty-two' });
await cio.track(42, { name: 'Signed Up' });
await cio.identify('by-mail@example.com', { source: 'newsletter' });

await cio.identify('leaver', { email: 'leaver@example.com' });
// The fence: an identify still waiting when its person is suppressed is never sent, and its address would stay unknown.
await new Promise((resolve) => setTimeout(resolve, 1000));
await cio.suppress('leaver');
await cio.identify('returner', { plan: 'team' });
await cio.suppress('returner');
await cio.unsuppress('returner');
await cio.identify('returner', { plan: 'free' });
await cio.identify('forgotten', { plan: 'free' });
await cio.destroy('forgotten');

await cio.identify('primary', { plan: 'pro' });
// Two persons may wait on two lanes, where order is not kept between them, and a merge needs both.
await new Promise((resolve) => setTimeout(resolve, 1000));
await cio.identify('secondary', { nickname: 'second' });
await new Promise((resolve) => setTimeout(resolve, 1000));
await cio.mergeCustomers(IdentifierType.Id, 'primary', IdentifierType.Id, 'secondary');

try {
  await cio.track('', { name: 'Nobody' });
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
}
