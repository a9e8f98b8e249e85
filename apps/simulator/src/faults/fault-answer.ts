import { type Answer, type Dialect, refused } from '../track/answer.ts';
import type { FaultPlan } from './fault-plan.ts';

/** The status that a plan puts in place of the real one, if any: an explicit one, else what its other fields imply. */
export function statusOf({ status, html, retryAfterSeconds }: FaultPlan): number | undefined {
  if (status !== undefined) return status;
  if (html) return 502;
  return retryAfterSeconds === undefined ? undefined : 429;
}

/** The error that a plan answers with, or undefined when the request is to be processed. */
export function faultAnswer(plan: FaultPlan, dialect: Dialect): Answer | undefined {
  const status = statusOf(plan);
  if (status === undefined || status < 300) return undefined;
  const message = `fault knob: status ${status}`;
  return dress(plan, refused(status, { reason: 'invalid', field: '', message }, dialect));
}

/** A real answer as the plan bends it: another 2xx status, HTML in place of JSON, a `Retry-After`. */
export function dress(plan: FaultPlan, answer: Answer): Answer {
  const status = answer.status < 300 ? (statusOf(plan) ?? answer.status) : answer.status;
  const body = status === 204 ? '' : plan.html ? htmlPage(status) : answer.body;
  return {
    status,
    body,
    ...(plan.html ? { contentType: 'text/html; charset=UTF-8' } : {}),
    ...(plan.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: plan.retryAfterSeconds }),
  };
}

/** What a load balancer says when what stands behind it does not. */
const htmlPage = (status: number): string =>
  `<!doctype html><html><head><title>Error ${status}</title></head><body><h1>Error: Server Error</h1></body></html>\n`;
