import { setTimeout as delay } from 'node:timers/promises';
import { queuePrefix, webhookForwardQueueName } from '@cio-fleet/contracts';
import { type Service, service } from '@cio-fleet/lifecycle';
import { DelayedError, type Job, Queue, RateLimitError, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { readForwardJob } from './forward-job.ts';
import { type ForwardAttempt, type ForwardStep, isReceiverWell, nextForwardStep } from './forward-policy.ts';
import { FORWARD_TIMEOUT_MS, forwardWebhook } from './forward-request.ts';

export interface WebhookForwarderOptions {
  readonly workspace: string;
  /** As `forwardUrlOf` gives it; only ever from the configuration. */
  readonly url: string;
  /** A client that waits for Redis (`purpose: 'worker'`). */
  readonly redis: Redis;
  /** Webhooks on their way at once, in all gateways together; more than 1 gives up their order. @defaultValue 1 */
  readonly concurrency?: number;
  /** How long the receiver may take, in ms. @defaultValue 10000 */
  readonly timeoutMs?: number;
  /** @defaultValue the policy of `forward-policy.ts` */
  readonly nextStep?: typeof nextForwardStep;
  /** Told of each attempt and what follows from it. */
  readonly onAttempt: (attempt: ForwardAttempt, step: ForwardStep) => void;
  readonly onError: (error: Error) => void;
}

/** How long the queue rests after something unexpected, in ms. */
const UNEXPECTED_DELAY_MS = 1_000;
/** Lock of a webhook on its way, in ms: far above the time-out of its request. */
const LOCK_MS = 30_000;

/**
 * Sends the webhooks of a workspace on, oldest first. All gateways share the work; the queue's own concurrency keeps the order among
 * them. While the receiver is away the queue as a whole waits (a rate limit), so that nothing overtakes.
 */
export function createWebhookForwarder(options: WebhookForwarderOptions): Service {
  const { workspace, url, redis, onAttempt, onError } = options;
  const { concurrency = 1, timeoutMs = FORWARD_TIMEOUT_MS, nextStep = nextForwardStep } = options;
  const prefix = queuePrefix(workspace);
  const name = webhookForwardQueueName(workspace);
  let worker: Worker | undefined;
  let stopping = new AbortController();
  let failuresInARow = 0;
  let failedAtMs = Number.NEGATIVE_INFINITY;

  function countFailure(attempt: ForwardAttempt, startedAtMs: number): void {
    if (isReceiverWell(attempt)) failuresInARow = 0;
    // What was under way together fails together, and counts once.
    else if (startedAtMs >= failedAtMs) {
      failuresInARow += 1;
      failedAtMs = performance.now();
    }
  }

  async function process(job: Job, token: string | undefined): Promise<void> {
    const webhook = readForwardJob(job.data);
    if (webhook === undefined)
      throw new UnrecoverableError('UNREADABLE: expected a webhook to forward, got other data');
    const startedAtMs = performance.now();
    const attempt = await forwardWebhook(url, webhook, { timeoutMs, signal: stopping.signal });
    if (stopping.signal.aborted && attempt.kind === 'failed') throw new RateLimitError();
    countFailure(attempt, startedAtMs);
    const step = nextStep({
      attempt,
      attempts: job.attemptsStarted,
      failuresInARow: Math.max(1, failuresInARow),
      ageMs: Date.now() - webhook.receivedAt,
      random: Math.random(),
    });
    onAttempt(attempt, step);
    if (step.kind === 'done') return;
    if (step.kind === 'give-up') throw new UnrecoverableError(step.reason);
    if (step.kind === 'aside') {
      await job.moveToDelayed(Date.now() + step.delayMs, token);
      throw new DelayedError();
    }
    await worker?.rateLimit(step.delayMs);
    throw new RateLimitError();
  }

  /** Anything else than these errors would fail the job, although nothing is wrong with it. */
  async function run(job: Job, token: string | undefined): Promise<void> {
    try {
      await process(job, token);
    } catch (error) {
      if ([RateLimitError, DelayedError, UnrecoverableError].some((known) => error instanceof known)) throw error;
      onError(error as Error);
      await delay(UNEXPECTED_DELAY_MS);
      throw new RateLimitError();
    }
  }

  /** Redis may be away at the start, and an operator may have cleared the queue: said again until it holds. */
  async function keepConcurrency(signal: AbortSignal): Promise<void> {
    const queue = new Queue(name, { connection: redis, prefix });
    queue.on('error', onError);
    await queue.setGlobalConcurrency(concurrency).catch(onError);
    while (!signal.aborted) {
      await delay(60_000, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await queue.setGlobalConcurrency(concurrency).catch(onError);
    }
    await queue.close().catch(onError);
  }

  return service({
    name: `webhook-forwarder ${workspace}`,
    start() {
      stopping = new AbortController();
      const started = new Worker(name, run, {
        connection: redis,
        prefix,
        autorun: false,
        concurrency,
        lockDuration: LOCK_MS,
        maxStalledCount: 1_000_000_000,
        drainDelay: 1,
        // Without a limiter the worker ignores the queue's rate limit; its own must never bind.
        limiter: { max: 1_000_000_000, duration: 1 },
        maximumRateLimitDelay: 1_000,
      });
      started.on('error', onError);
      worker = started;
      void keepConcurrency(stopping.signal).then(() => undefined, onError);
      started.run().catch(onError);
    },
    async stop() {
      stopping.abort();
      await worker?.close();
      worker = undefined;
    },
  });
}
