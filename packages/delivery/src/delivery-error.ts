/** Why an attempt did not deliver, as facts; policy decides what follows. */
export interface DeliveryError {
  /** Stable code, see docs/errors.md; for network failures the system's own, e.g. `ECONNRESET`. */
  readonly code: string;
  /** What was expected, what came, what to do. */
  readonly message: string;
  /** HTTP status, where there was an answer. */
  readonly statusCode?: number;
}
