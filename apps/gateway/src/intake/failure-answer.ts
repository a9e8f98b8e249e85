import type { EnqueueError } from '@cio-fleet/producer';

/** How a dialect answers for an operation that was not accepted. */
export interface FailureAnswer {
  /** 400: it can never be accepted. 429: this source sends too much. 503: not now. */
  readonly status: 400 | 429 | 503;
  readonly retryAfterSeconds?: number;
}

const BUSY_SECONDS = 1;
const SLOWED_SECONDS = 5;
const AWAY_SECONDS = 5;

/** Status and Retry-After for a failed result of the intake. */
export function failureAnswer({ code, refusal }: EnqueueError): FailureAnswer {
  if (refusal !== undefined) return { status: 400 };
  switch (code) {
    case 'OPERATION_UNREADABLE':
    case 'OPTION_INVALID':
      return { status: 400 };
    case 'SOURCE_BUSY':
      return { status: 429, retryAfterSeconds: BUSY_SECONDS };
    case 'SOURCE_OVER_SHARE':
      return { status: 429, retryAfterSeconds: SLOWED_SECONDS };
    default:
      return { status: 503, retryAfterSeconds: AWAY_SECONDS };
  }
}
