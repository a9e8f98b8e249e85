import { HttpProblem } from '../http/http-problem.ts';
import type { WebhookOutcome } from './webhook-metrics.ts';

const RETRY = { retryAfterSeconds: 5 } as const;

/** What Customer.io is told instead of 200; nothing where the webhook was taken. */
export function problemOf(outcome: WebhookOutcome): HttpProblem | undefined {
  switch (outcome) {
    case 'unsigned':
      return new HttpProblem(
        'WEBHOOK_SIGNATURE_WRONG',
        401,
        "expected a signature by this workspace's signing key, got none or another; compare the keys",
      );
    case 'too-old':
      return new HttpProblem(
        'WEBHOOK_TOO_OLD',
        401,
        'expected a webhook signed within the age that is set, got an older one; raise GATEWAY_WEBHOOK_MAX_AGE_SECONDS',
      );
    case 'full':
      return new HttpProblem(
        'WEBHOOK_FORWARD_FULL',
        503,
        'expected room in the queue of the forward URL, there is none; bring its receiver back, then send it again',
        RETRY,
      );
    case 'away':
      return new HttpProblem(
        'REDIS_UNAVAILABLE',
        503,
        'expected Redis to take the webhook in time, it did not; send it again',
        RETRY,
      );
    default:
      return undefined;
  }
}
