import type { ReportingWebhook, UnlistedWebhook } from './webhook-event.ts';

/** The version of the format of jobs in `<workspace>.webhooks`. */
export const WEBHOOK_JOB_VERSION = 1;

/**
 * The data of a job in `<workspace>.webhooks`, for consumers of your own. Nearly all are `event`. The id of the job is made from
 * the `event_id`, so the queue never holds a webhook twice.
 */
export type WebhookJobData =
  | { readonly v: typeof WEBHOOK_JOB_VERSION; readonly kind: 'event'; readonly event: ReportingWebhook }
  /** Of a kind that Customer.io did not document when this version was made. */
  | { readonly v: typeof WEBHOOK_JOB_VERSION; readonly kind: 'unlisted'; readonly event: UnlistedWebhook }
  /** Signed by Customer.io, but not to be read; `body` is its text. */
  | {
      readonly v: typeof WEBHOOK_JOB_VERSION;
      readonly kind: 'unreadable';
      readonly problem: string;
      readonly body: string;
    };

/** Options of the jobs, as BullMQ stores them: a consumer that throws gets the job again, ten times over about 17 minutes. */
export const WEBHOOK_JOB_OPTIONS = {
  attempts: 11,
  backoff: { type: 'exponential', delay: 1_000 },
  removeOnComplete: { count: 100 },
  removeOnFail: { count: 10_000, age: 30 * 24 * 3600 },
} as const;
