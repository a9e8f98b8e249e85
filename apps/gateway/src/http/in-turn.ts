import type { Request, RequestHandler, Response } from 'express';

/** A request on its way through handlers. */
export interface Exchange {
  readonly request: Request;
  readonly response: Response;
  readonly next: (error?: unknown) => void;
}

/** Runs one handler after the other, without a router's search in between; what one refuses goes to `next`. */
export function runInTurn(handlers: readonly RequestHandler[], exchange: Exchange, done: () => void, from = 0): void {
  const handler = handlers[from];
  if (handler === undefined) {
    done();
    return;
  }
  const { request, response, next } = exchange;
  handler(request, response, (problem?: unknown) => {
    if (problem !== undefined) next(problem);
    else runInTurn(handlers, exchange, done, from + 1);
  });
}

/** Handlers as one. */
export function inTurn(handlers: readonly RequestHandler[]): RequestHandler {
  return (request, response, next) => runInTurn(handlers, { request, response, next }, next);
}
