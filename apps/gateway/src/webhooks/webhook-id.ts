import { createHash } from 'node:crypto';
import { isUlid, webhooksTakenKey, webhookTakenKey } from '@cio-fleet/contracts';

/** By what a webhook that comes again is known, and the id of its jobs. */
export interface WebhookId {
  readonly jobId: string;
  readonly takenKey: string;
  /** The field of `takenKey`, a hash; empty where that is a key of its own. */
  readonly takenField: string;
}

/** From the `event_id`, which stays the same however often Customer.io sends a webhook. */
export function idOfEvent(workspace: string, eventId: string): WebhookId {
  if (!isUlid(eventId)) return idOfText(workspace, 'event', eventId);
  return { jobId: eventId, takenKey: webhooksTakenKey(workspace, eventId), takenField: eventId.slice(5, -2) };
}

/** From the body, where no `event_id` can be read. */
export function idOfBody(workspace: string, body: Buffer): WebhookId {
  return idOfText(workspace, 'body', body);
}

/** Foreign text never becomes an id of BullMQ's: it would take a colon, or digits alone, amiss. */
function idOfText(workspace: string, kind: string, text: string | Buffer): WebhookId {
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return { jobId: `${kind}-${digest}`, takenKey: webhookTakenKey(workspace, digest), takenField: '' };
}
