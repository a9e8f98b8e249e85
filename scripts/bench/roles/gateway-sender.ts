import { Pool } from 'undici';
import { machineNowMs } from '../clock.ts';
import { BATCH_OPERATIONS, type GatewayAnswers, type GatewayLoad } from '../gateway-load.ts';
import { eventOf } from '../load.ts';
import { serveRole } from '../serve-role.ts';

const CREDENTIALS = { single: 'demo-site:demo-key', batch: 'demo-key:' } as const;

function requestOf(shape: GatewayLoad['shape'], n: number): { readonly path: string; readonly body: string } {
  if (shape === 'single') {
    const { person, name, data } = eventOf(n);
    return { path: `/api/v1/customers/${person}/events`, body: JSON.stringify({ name, data }) };
  }
  const batch = Array.from({ length: BATCH_OPERATIONS }, (_, index) => {
    const { person, name, data } = eventOf(n * BATCH_OPERATIONS + index);
    return { type: 'track', userId: person, event: name, properties: data };
  });
  return { path: '/v1/batch', body: JSON.stringify({ batch }) };
}

serveRole({
  async send({ origin, shape, requests, connections, perSecond }: GatewayLoad): Promise<GatewayAnswers> {
    const pool = new Pool(origin, { connections, pipelining: 1 });
    const authorization = `Basic ${Buffer.from(CREDENTIALS[shape]).toString('base64')}`;
    const headers = { authorization, 'content-type': 'application/json' };
    const latenciesMs: number[] = [];
    let refused = 0;
    const call = async (n: number) => {
      const { path, body } = requestOf(shape, n);
      const calledAtMs = machineNowMs();
      const answer = await pool.request({ method: 'POST', path, headers, body });
      await answer.body.dump();
      latenciesMs.push(machineNowMs() - calledAtMs);
      if (answer.statusCode !== 200) refused += 1;
    };
    const startedAtMs = machineNowMs();
    if (perSecond === undefined) {
      let next = 0;
      const caller = async () => {
        while (next < requests) await call(next++);
      };
      await Promise.all(Array.from({ length: connections }, caller));
    } else {
      const open: Promise<void>[] = [];
      for (let n = 0; n < requests; ) {
        const due = Math.min(requests, Math.floor(((machineNowMs() - startedAtMs) / 1000) * perSecond));
        for (; n < due; n += 1) open.push(call(n));
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await Promise.all(open);
    }
    const seconds = (machineNowMs() - startedAtMs) / 1000;
    await pool.close();
    return { seconds, latenciesMs, refused };
  },
});
