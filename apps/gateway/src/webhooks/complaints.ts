import type { Logger } from '@cio-fleet/telemetry';

const COMPLAINTS = {
  unsigned: 'a reporting webhook came with a wrong signature; while Customer.io gets 401, it waits an hour each time',
  unreadable: 'a reporting webhook was signed well but cannot be read; it is kept in the queue as unreadable',
  unqueued: 'nobody consumes the reporting webhooks: their queue is full, further ones are counted, not queued',
  full: 'the receiver of the forward URL is too far behind: Customer.io is told to send reporting webhooks later',
  failed: 'reporting webhooks could not be written or forwarded for a moment; they wait, or come again',
  away: 'Redis did not take reporting webhooks in time: Customer.io is told to send them later',
} as const;

/** Trouble with reporting webhooks that somebody should look at. */
export type Complaint = keyof typeof COMPLAINTS;

/** Of the same complaint one line is logged in this time, in ms. */
const QUIET_MS = 60_000;

/** Whether an outcome is one of those. */
export function isComplaint(outcome: string): outcome is Complaint {
  return Object.hasOwn(COMPLAINTS, outcome);
}

/** Logs one line for each kind of trouble and workspace now and then, with the number of repeats since the last. */
export function createComplaints(logger: Pick<Logger, 'warn'>) {
  const told = new Map<string, { readonly atMs: number; repeats: number }>();
  return (workspace: string, kind: Complaint, facts: object = {}) => {
    const key = `${workspace} ${kind}`;
    const before = told.get(key);
    if (before !== undefined && performance.now() - before.atMs < QUIET_MS) {
      before.repeats += 1;
      return;
    }
    told.set(key, { atMs: performance.now(), repeats: 0 });
    logger.warn({ workspace, ...facts, repeats: before?.repeats ?? 0 }, COMPLAINTS[kind]);
  };
}
