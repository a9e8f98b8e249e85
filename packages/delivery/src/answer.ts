/**
 * What came back from one request, free of any vendor's types. Nothing in it carries credentials.
 */
export type Answer =
  | {
      readonly kind: 'response';
      readonly status: number;
      /** Parsed JSON; the text where it isn't JSON; `''` where there was none. */
      readonly body: unknown;
      /** From the Retry-After header, which Customer.io doesn't document but its own SDKs honour. */
      readonly retryAfterMs?: number;
    }
  | {
      /** No complete answer: whether Customer.io took the operations is unknown. */
      readonly kind: 'failure';
      /** `TIMEOUT`, `ABORTED`, or the system's code such as `ECONNRESET` or `ENOTFOUND`. */
      readonly code: string;
      readonly message: string;
    };
