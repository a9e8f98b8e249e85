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

  function admitAddress(request: Request, response: Response): Awaitable<string> {
    const locals = response.locals as { address?: string };
    // One that shows its credentials later is counted once.
    if (locals.address !== undefined) return locals.address;
    const address = addressOf(request);
    return andThen(limits.takeForAddress(address), (seconds) => {
      if (seconds === undefined) {
        locals.address = address;
        return address;
      }
      report.limitedAddress(address);
      throw tooMany('from one address', seconds);
    });
  }

  function admitCaller(dialect: Dialect, request: Request, address: string): Awaitable<Caller> {
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
    return andThen(limits.takeForKey(caller, keyring.requestsPerSecondOf(caller)), (seconds) => {
      if (seconds !== undefined) {
        report.limitedKey(caller);
        throw tooMany('with one key', seconds);
      }
      report.admitted(caller);
      return caller;
    });
  }

  const admits = (dialect: Dialect): RequestHandler => {
    return handler((request, response) =>
      andThen(admitAddress(request, response), (address) =>
        andThen(admitCaller(dialect, request, address), (caller) => {
          response.locals.caller = caller;
        }),
      ),
    );
  };
  return { basic: admits('basic'), writeKey: admits('writeKey'), open: handler(admitAddress) };
}

type Dialect = keyof typeof DIALECT_CREDENTIALS;

type Awaitable<Value> = Value | Promise<Value>;

/** `await` without a turn of the event loop where there is nothing to wait for: leases answer most requests at once. */
function andThen<Value, Result>(value: Awaitable<Value>, then: (value: Value) => Awaitable<Result>): Awaitable<Result> {
  return value instanceof Promise ? value.then(then) : then(value);
}

/** Goes on when `admit` does; what it throws goes to `next`. */
function handler(admit: (request: Request, response: Response) => Awaitable<unknown>): RequestHandler {
  return (request, response, next) => {
    let admitted: Awaitable<unknown>;
    try {
      admitted = admit(request, response);
    } catch (problem) {
      return next(problem);
    }
    if (!(admitted instanceof Promise)) return next();
    admitted.then(() => next(), next);
  };
}

function tooMany(which: string, retryAfterSeconds: number): HttpProblem {
  const message = `expected fewer requests ${which}, got more than its limit; wait ${retryAfterSeconds} s, or send batches`;
  return new HttpProblem('RATE_LIMITED', 429, message, { retryAfterSeconds });
}
