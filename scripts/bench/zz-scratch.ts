import { startStage } from './stage.ts';
import { measureThroughput } from './throughput.ts';
import { FULL_PLAN, type ContenderKey } from './plan.ts';
const [which = 'b', times = '3', dir] = process.argv.slice(2);
const plan = { ...FULL_PLAN, operations: { a: 4000, b: 100_000, c: 20_000, d: 100_000 }, ...(dir && { profileDir: dir }) } as never as typeof FULL_PLAN;
const stage = await startStage(plan);
for (const contender of which.split('') as ContenderKey[]) await measureThroughput(stage, plan, { contender, batchOperations: 500 });
await stage.client.config('RESETSTAT');
for (let i = 0; i < Number(times); i++) {
  for (const contender of which.split('') as ContenderKey[]) {
    const r0 = (await stage.receiver.call<{cpuSeconds:number}>('usage')).cpuSeconds; const w0 = (await stage.workers.fleet()).cpuSeconds;
    const t = await measureThroughput(stage, plan, { contender, batchOperations: 500 });
    const w1 = (await stage.workers.fleet()).cpuSeconds;
    const r1 = (await stage.receiver.call<{cpuSeconds:number}>('usage')).cpuSeconds;
    console.log(contender, `recvMicros=${((r1-r0)*1e6/plan.operations[contender]).toFixed(1)}`, Object.entries(t).map(([k, v]) => `${k}=${Number(v).toFixed(1)}`).join(' '), `workerMicros=${((w1 - w0) * 1e6 / plan.operations[contender]).toFixed(1)}`);
  }
}
if (which.length === 1) {
  const n = plan.operations[which as ContenderKey] * Number(times);
  const s = await stage.client.info('commandstats');
  console.log(s.split('\r\n').map((l) => /cmdstat_(\S+?):calls=(\d+),usec=(\d+)/.exec(l)).filter(Boolean).map((m) => ({ c: m![1], calls: +m![2]!, us: +m![3]! })).sort((a, b) => b.us - a.us).slice(0, 16).map((x) => `${x.c} calls/op=${(x.calls / n).toFixed(3)} us/op=${(x.us / n).toFixed(2)}`).join('\n'));
}
await stage.stop();
process.exit(0);
