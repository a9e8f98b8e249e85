import { createProducer } from '@cio-fleet/producer';

const cio = createProducer({
  redisUrl: process.env.REDIS_URL ?? 'redis://127.0.0.1:6379',
  source: 'checkout',
  onError: ({ code, message }) => process.stderr.write(`${code} ${message}\n`),
});

await cio.identify('42', { email: 'ada@example.com', plan: 'pro' });
const result = await cio.track('42', 'Order Placed', { total: 9.5, currency: 'EUR' });
if (!result.ok) process.stderr.write(`not accepted: ${result.error.code}\n`);

void cio.page('42', 'https://shop.example.com/thanks'); // fire and forget: onError hears of a failure
await cio.close({ timeoutMs: 5000 }); // once, when the service stops: it flushes first
