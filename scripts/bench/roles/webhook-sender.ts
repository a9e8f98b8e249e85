import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { postBody, webhookBody } from '../../../apps/gateway/test/support/webhooks.ts';
import { machineNowMs } from '../clock.ts';
import { serveRole } from '../serve-role.ts';

/** What to send, where to, and how fast. */
export interface WebhookLoad {
  readonly origin: string;
  readonly webhooks: number;
  readonly perSecond: number;
}

/** How long each answer took, counted from the moment at which its webhook was due, and what it was. */
export interface WebhookAnswers {
  readonly latenciesMs: readonly number[];
  readonly refused: number;
}

/** Sends signed webhooks at a steady rate, whether or not answers keep up. */
async function send({ origin, webhooks, perSecond }: WebhookLoad): Promise<WebhookAnswers> {
  const pool = new Pool(origin, { connections: 128 });
  const latenciesMs: number[] = [];
  let refused = 0;
  const one = async (dueAtMs: number): Promise<void> => {
    const { body, headers } = postBody(webhookBody());
    const response = await pool.request({ method: 'POST', path: '/webhooks/customerio', body, headers });
    await response.body.dump();
    latenciesMs.push(machineNowMs() - dueAtMs);
    if (response.statusCode !== 200) refused += 1;
  };
  const startedAtMs = machineNowMs();
  const underWay: Promise<void>[] = [];
  while (underWay.length < webhooks) {
    const dueAtMs = startedAtMs + (underWay.length / perSecond) * 1_000;
    if (dueAtMs > machineNowMs()) await delay(1);
    else underWay.push(one(dueAtMs));
  }
  await Promise.all(underWay);
  await pool.close();
  return { latenciesMs, refused };
}

serveRole({ send });
