import { createHmac } from 'node:crypto';
import { newUlid } from '@cio-fleet/contracts';

export const SIGNING_KEY = 'whsec_test';

/** A body as Customer.io sends it. */
export function webhookBody(change: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    event_id: newUlid(),
    object_type: 'email',
    metric: 'opened',
    timestamp: 1613063089,
    data: { identifiers: { id: '42', email: 'a@b.c', cio_id: 'd9c106000001' }, delivery_id: 'RPIL' },
    ...change,
  });
}

export function signatureOf(body: string, timestamp: string, key = SIGNING_KEY): string {
  return createHmac('sha256', key).update(`v0:${timestamp}:${body}`).digest('hex');
}

/** A request of Customer.io's. */
export function postBody(body: string, { key, timestamp = '1613063089' }: { key?: string; timestamp?: string } = {}) {
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'x-cio-timestamp': timestamp,
      'x-cio-signature': signatureOf(body, timestamp, key),
    },
  };
}

/** Sends a signed body. */
export function postWebhook(url: string, body: string, options: { key?: string; timestamp?: string } = {}) {
  return fetch(url, { method: 'POST', ...postBody(body, options) });
}
