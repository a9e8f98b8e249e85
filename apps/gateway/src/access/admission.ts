import type { Request, RequestHandler, Response } from 'express';
import { HttpProblem } from '../http/http-problem.ts';
import type { RequestLimits } from '../protection/request-limits.ts';
import type { SignInGuard } from '../protection/sign-in-guard.ts';
import { readBasicCredentials } from './basic-credentials.ts';
import type { Caller } from './caller.ts';
import type { ClientAddress } from './client-address.ts';
import { DIALECT_CREDENTIALS, type Keyring } from './keyring.ts';

/** Lets requests in: each handler calls `next()`, or `next(HttpProblem)` with the status 401 or 429. */
export interface Admission {
  /** By site id and key, as Customer.io's Track API does. The caller is then at `callerOf(response)`. */
  readonly basic: RequestHandler;
  /** By write key, as Segment's dialect does. */
  readonly writeKey: RequestHandler;
  /** Without credentials, or before they are read; only the address is limited. */
  readonly open: RequestHandler;
}

/** Hears of those who are turned away. */
export interface AdmissionReport {
  admitted(caller: Caller): void;
  limitedKey(caller: Caller): void;
  limitedAddress(address: string): void;
  unauthorised(address: string): void;
}

export interface AdmissionOptions {
  readonly keyring: Keyring;
  readonly limits: RequestLimits;
  readonly signIns: SignInGuard;
  readonly addressOf: ClientAddress;
  readonly report: AdmissionReport;
}

/** Who sent this request. @throws Error where no admission let it in */
export function callerOf(response: Response): Caller {
  const caller = (response.locals as { caller?: Caller }).caller;
  if (caller === undefined)
    throw new Error('expected a request that an admission let in; put admission before the route');
  return caller;
}

export function createAdmission(options: AdmissionOptions): Admission {
  const { keyring, limits, signIns, addressOf, report } = options;

  /** Requests whose address was let in: one that shows its credentials later is counted once. */
  const admitted = new WeakMap<Request, string>();

  async function admitAddress(request: Request): Promise<string> {
    const before = admitted.get(request);
    if (before !== undefined) return before;
    const address = addressOf(request);
    const seconds = await limits.takeForAddress(address);
    if (seconds === undefined) {
      admitted.set(request, address);
      return address;
    }
    report.limitedAddress(address);
    throw tooMany('from one address', seconds);
  }

  async function admitCaller(dialect: keyof typeof DIALECT_CREDENTIALS, request: Request): Promise<Caller> {
    const address = await admitAddress(request);
    const credentials = readBasicCredentials(request.headers.authorization);
    const caller = credentials && DIALECT_CREDENTIALS[dialect](keyring, credentials);
    const blockedSeconds = signIns.refusal(address, caller?.keyId);
    if (blockedSeconds !== undefined) {
      report.unauthorised(address);
      throw new HttpProblem('SIGN_IN_BLOCKED', 429, 'expected right credentials, too many wrong ones came from there', {
        retryAfterSeconds: blockedSeconds,
      });
    }
    if (caller === undefined) {
      signIns.failed(address);
      report.unauthorised(address);
      const message =
        'expected credentials of a workspace, got others or none; check site id and key, or the write key';
      throw new HttpProblem('CREDENTIALS_UNKNOWN', 401, message);
    }
    signIns.succeeded(address, caller.keyId);
    const seconds = await limits.takeForKey(caller, keyring.requestsPerSecondOf(caller));
    if (seconds !== undefined) {
      report.limitedKey(caller);
      throw tooMany('with one key', seconds);
    }
    report.admitted(caller);
    return caller;
  }

  const handler = (dialect: keyof typeof DIALECT_CREDENTIALS): RequestHandler => {
    return (request, response, next) => {
      admitCaller(dialect, request).then((caller) => {
        response.locals.caller = caller;
        next();
      }, next);
    };
  };
  return {
    basic: handler('basic'),
    writeKey: handler('writeKey'),
    open: (request, _response, next) => {
      admitAddress(request).then(() => next(), next);
    },
  };
}

function tooMany(which: string, retryAfterSeconds: number): HttpProblem {
  const message = `expected fewer requests ${which}, got more than its limit; wait ${retryAfterSeconds} s, or send batches`;
  return new HttpProblem('RATE_LIMITED', 429, message, { retryAfterSeconds });
}
