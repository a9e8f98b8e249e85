import { type Attributes, createUlidFactory, type Operation } from '@cio-fleet/contracts';
import { Agent, request } from 'undici';
import { machineNowMs } from '../clock.ts';
import { eventOf } from '../load.ts';
import { serveRole } from '../serve-role.ts';
import type { SenderConfig, SendResult } from '../serve-sender.ts';

/** Sends batches without a queue. */
export interface DirectOrder {
  readonly operations: number;
  readonly batchOperations: number;
  /** Requests in flight. */
  readonly requests: number;
}

const AUTHORIZATION = `Basic ${Buffer.from('demo-site:demo-key').toString('base64')}`;
const agent = new Agent({ connections: 32, pipelining: 1 });
let url = '';

const mintUlid = createUlidFactory();

function wireEvent(n: number): Operation {
  const { person, name, data } = eventOf(n);
  const nowMs = Date.now();
  return {
    type: 'person',
    identifiers: { id: person },
    action: 'event',
    id: mintUlid(nowMs),
    name,
    timestamp: Math.floor(nowMs / 1000),
    attributes: data as Attributes,
  };
}

async function sendBatch(from: number, to: number): Promise<void> {
  const batch = Array.from({ length: to - from }, (_, index) => wireEvent(from + index));
  const { statusCode, body } = await request(url, {
    method: 'POST',
    dispatcher: agent,
    headers: { 'content-type': 'application/json', authorization: AUTHORIZATION },
    body: JSON.stringify({ batch }),
  });
  await body.dump();
  if (statusCode !== 200) throw new Error(`expected 200, got ${statusCode}`);
}

/** The limit: the same batches, by undici alone. */
serveRole({
  connect: ({ receiverUrl }: SenderConfig) => {
    url = `${receiverUrl}/api/v2/batch`;
  },
  send: async ({ operations, batchOperations, requests }: DirectOrder): Promise<SendResult> => {
    let next = 0;
    const sendOn = async () => {
      while (next < operations) {
        const from = next;
        next = Math.min(operations, from + batchOperations);
        await sendBatch(from, next);
      }
    };
    const startedAtMs = machineNowMs();
    await Promise.all(Array.from({ length: requests }, sendOn));
    return { startedAtMs, acceptedAtMs: machineNowMs() };
  },
});
