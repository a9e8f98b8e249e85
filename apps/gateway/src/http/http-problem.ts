/** Why a request is not served. Each dialect says it in its own words, with this status. */
export class HttpProblem extends Error {
  readonly code: string;
  readonly status: number;
  /** When to try again, where that helps. */
  readonly retryAfterSeconds: number | undefined;

  /** @param message - what was expected, what came, and what to do; it must hold no credential and no personal data */
  constructor(code: string, status: number, message: string, extra: { readonly retryAfterSeconds?: number } = {}) {
    super(message);
    this.name = 'HttpProblem';
    this.code = code;
    this.status = status;
    this.retryAfterSeconds = extra.retryAfterSeconds;
  }
}
