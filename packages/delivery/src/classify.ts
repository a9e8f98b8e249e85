import type { DeadLetterReason } from '@cio-fleet/contracts';
import type { Answer } from './answer.ts';
import type { DeliveryError } from './delivery-error.ts';
import { describeBody, readErrorEntries } from './error-entries.ts';
import type { Verdict } from './verdict.ts';

export interface ClassifyOptions {
  /**
   * Whether the address of the request named something that may not exist, such as a segment. Then 404 and 410 mean that, and
   * reject all that the request carried; elsewhere they are a wrong address.
   * @defaultValue false
   */
  readonly namesResource?: boolean;
}

type Response = Extract<Answer, { kind: 'response' }>;

/**
 * What an attempt did, judged by its answer alone. Exhaustive: every status and every failure has its verdict.
 *
 * A status that nobody documents is `setup`, never a rejection: a proxy in the way must not dead-letter a whole backlog.
 *
 * @param sent - how many operations the request carried
 */
export function classify(answer: Answer, sent: number, { namesResource = false }: ClassifyOptions = {}): Verdict {
  if (answer.kind === 'failure') {
    const { code, message } = answer;
    return { kind: 'transient', error: { code, message } };
  }
  const { status } = answer;
  if (status >= 200 && status < 300) return classifySuccess(answer, sent);
  if (namesResource && (status === 404 || status === 410)) {
    // All of it at once: a search would ask a thousand times for what isn't there.
    const reason = reasonOf('REJECTED', answer);
    return { kind: 'partial', rejected: new Map(Array.from({ length: sent }, (_, index) => [index, reason])) };
  }
  if (status >= 500) return transient('SERVER_ERROR', answer, 'Customer.io failed; it is tried again');
  switch (status) {
    case 400:
    case 422:
      return { kind: 'bisect', reason: reasonOf('REJECTED', answer) };
    case 408:
    case 423:
    case 425:
      return transient('TRY_AGAIN', answer, 'Customer.io asks for another attempt');
    case 413:
      return { kind: 'split', reason: reasonOf('TOO_LARGE', answer) };
    case 429:
      return {
        kind: 'throttled',
        error: errorOf('THROTTLED', answer, 'the workspace is over its rate limit; the rate is lowered'),
        ...(answer.retryAfterMs !== undefined && { retryAfterMs: answer.retryAfterMs }),
      };
    case 401:
      return setup('CREDENTIALS_REFUSED', answer, 'check the site id, the Track API key and the region');
    case 403:
      return setup('FORBIDDEN', answer, 'check that the key may use the Track API and that this address is allowed');
    default:
      if (status >= 300 && status < 400) {
        return setup('REDIRECTED', answer, 'the workspace is on another host: check the region and the Track URL');
      }
      return setup(
        'UNEXPECTED_STATUS',
        answer,
        'this is not how the Track API answers: check the Track URL and proxies',
      );
  }
}

/**
 * 2xx is acceptance, save for the operations that `errors` lists; 207 with an empty list accepted them all.
 *
 * An entry that names no operation of ours can't be placed: something was rejected and we don't know what. The batch is
 * halved until it is alone, which repeats accepted operations (harmless), rather than calling a rejected one delivered.
 */
function classifySuccess(answer: Response, sent: number): Verdict {
  // A proxy's login page, or JSON cut short: acceptance is Customer.io's to give, and it gives it in JSON.
  if (typeof answer.body === 'string' && answer.body.trim() !== '') {
    return transient('UNEXPECTED_BODY', answer, 'expected JSON with this status: check for a proxy in the way');
  }
  const rejected = new Map<number, DeadLetterReason>();
  for (const { batchIndex, field, message } of readErrorEntries(answer.body)) {
    const index = sent === 1 ? 0 : batchIndex;
    if (index === undefined || index < 0 || index >= sent) {
      return { kind: 'bisect', reason: reasonOf('REJECTED', answer) };
    }
    const earlier = rejected.get(index);
    rejected.set(index, {
      code: 'REJECTED',
      message: earlier === undefined ? message : `${earlier.message}; ${message}`,
      ...fieldOf(earlier?.field ?? field),
      status: answer.status,
    });
  }
  return rejected.size === 0 ? { kind: 'delivered' } : { kind: 'partial', rejected };
}

function reasonOf(code: string, answer: Response): DeadLetterReason {
  const said = describeBody(answer.body);
  const field = readErrorEntries(answer.body).find((entry) => entry.field !== undefined)?.field;
  return {
    code,
    message: said === '' ? `Customer.io answered ${answer.status} without a reason` : said,
    ...fieldOf(field),
    status: answer.status,
  };
}

function fieldOf(field: string | undefined): { field?: string } {
  return field === undefined ? {} : { field };
}

function setup(code: string, answer: Response, advice: string): Verdict {
  return { kind: 'setup', error: errorOf(code, answer, advice) };
}

function transient(code: string, answer: Response, advice: string): Verdict {
  return { kind: 'transient', error: errorOf(code, answer, advice) };
}

function errorOf(code: string, answer: Response, advice: string): DeliveryError {
  const said = describeBody(answer.body);
  const quoted = said === '' ? '' : ` ("${said}")`;
  return { code, message: `expected 200, got ${answer.status}${quoted}: ${advice}`, statusCode: answer.status };
}
