import { type ReadWebhook, readReportingWebhook, WEBHOOK_JOB_VERSION, type WebhookJobData } from '@cio-fleet/contracts';
import { idOfBody, idOfEvent, type WebhookId } from './webhook-id.ts';

/** A signed body, read, and the job that consumers get of it. */
export interface ReadBody {
  readonly read: ReadWebhook;
  readonly id: WebhookId;
  /** The name of the job, such as `email_opened`. */
  readonly name: string;
  readonly job: WebhookJobData;
}

const MOST_NAME_CHARACTERS = 100;

/**
 * Reads a body whose signature is good. What can't be read is kept as it is: to refuse it would block all that come after it.
 *
 * @param json - the parsed body; undefined where it is no JSON
 */
export function readWebhookBody(workspace: string, body: Buffer, json: unknown): ReadBody {
  const read = readReportingWebhook(json);
  if (read.kind === 'unreadable') {
    const { problem } = read;
    const job = { v: WEBHOOK_JOB_VERSION, kind: 'unreadable', problem, body: body.toString('utf8') } as const;
    return { read, id: idOfBody(workspace, body), name: 'unreadable', job };
  }
  const { event_id, object_type, metric } = read.event;
  return {
    read,
    id: idOfEvent(workspace, event_id),
    name: `${object_type}_${metric}`.slice(0, MOST_NAME_CHARACTERS),
    job: { v: WEBHOOK_JOB_VERSION, ...read },
  };
}
