import { createProducer } from '/work/main/packages/producer/src/index.ts';
import { startRedis } from '/work/main/packages/testkit/src/index.ts';
import { Redis } from '/work/main/packages/producer/node_modules/ioredis/built/index.js';
const r = await startRedis({ appendFsync: 'always' });
const p = createProducer({ redisUrl: r.url, logger: console });
console.log(await p.identify('42', { plan: 'pro' }), await p.track(42, 'x', { a: 1 }), await p.suppress({ email: 'A@b.c' }));
const c = new Redis(r.url);
console.log(await c.keys('*'), await c.hgetall('{cio:default}:ledger'));
for (const concurrency of [1, 100, 1000, 1000]) {
  const n = concurrency === 1 ? 2000 : 100_000; let i = 0; const lat: number[] = [];
  const t0 = performance.now(); const cpu0 = process.cpuUsage();
  await Promise.all(Array.from({ length: concurrency }, async () => {
    while (i < n) { const k = i++; const s = performance.now(); const res = await p.track(`u${k % 5000}`, 'Order Placed', { total: k, currency: 'EUR', items: ['a', 'b'] }); lat.push(performance.now() - s); if (!res.ok) throw new Error(JSON.stringify(res)); }
  }));
  const ms = performance.now() - t0; lat.sort((a, b) => a - b); const cpu = process.cpuUsage(cpu0);
  console.log({ concurrency, opsPerS: Math.round(n / ms * 1000), p50: lat[n >> 1], p99: lat[Math.floor(n * .99)], cpuUsPerOp: (cpu.user + cpu.system) / n });
}
// open loop 1000 ops/s
{ const lat: number[] = []; const pend: Promise<unknown>[] = []; const t0 = performance.now(); let k = 0;
  while (performance.now() - t0 < 3000) { const due = (performance.now() - t0); while (k < due) { const s = performance.now(); pend.push(p.track(`u${k++}`, 'Order Placed', { total: 1 }).then(() => lat.push(performance.now() - s))); } await new Promise((r) => setTimeout(r, 1)); }
  await Promise.all(pend); lat.sort((a, b) => a - b); console.log('1000/s', lat.length, lat[lat.length >> 1], lat[Math.floor(lat.length * .99)], lat.at(-1)); }
console.log(await c.hgetall('{cio:default}:waiting'), await c.llen('{cio:default}:default.lane.0:wait'));
console.log(await p.close()); c.disconnect(); await r.stop();
