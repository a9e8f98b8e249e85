import type { Logger } from '@cio-fleet/telemetry';
import express, { type ErrorRequestHandler, type RequestHandler, type Response, type Router } from 'express';
import { type Admission, callerOf } from '../access/admission.ts';
import { readBasicCredentials } from '../access/basic-credentials.ts';
import type { GatewayMetrics } from '../gateway-metrics.ts';
import { HttpProblem } from '../http/http-problem.ts';
import { createBodyReader, rawBodyOf } from '../http/read-body.ts';
import { type JsonItem, readJsonLines } from './json-lines.ts';
import type { NoteKind, NoteLog, NoteResult } from './note-log.ts';

export interface NotesRoutesOptions {
  readonly admission: Pick<Admission, 'basic' | 'writeKey'>;
  readonly notes: NoteLog;
  readonly metrics: Pick<GatewayMetrics, 'operations' | 'turnedAway'>;
  readonly logger: Pick<Logger, 'error'>;
}

/** Notes of one request. */
const MOST_NOTES = 1_000;
const BODY_LIMITS = { maxBytes: 1_048_576, maxDepth: 64, gunzip: true, keepRaw: true } as const;
const RETRY_AFTER_SECONDS = 5;

/** `POST /notes` and `POST /sessions`: one object, a list, or NDJSON. */
export function createNotesRoutes(options: NotesRoutesOptions): Router {
  const { admission, notes, metrics, logger } = options;
  const router = express.Router({ caseSensitive: true });
  const admit: RequestHandler = (request, response, next) => {
    // A write key is sent as a user without a password; site id and key have both.
    const isWriteKey = readBasicCredentials(request.headers.authorization)?.password === '';
    return (isWriteKey ? admission.writeKey : admission.basic)(request, response, next);
  };
  const serve = (kind: NoteKind): RequestHandler => {
    return (request, response, next) => {
      const items = itemsOf(request.body, rawBodyOf(request));
      if (items.length > MOST_NOTES) {
        return next(
          new HttpProblem('BODY_TOO_LARGE', 413, `expected at most ${MOST_NOTES} notes, got more; split them`),
        );
      }
      notes.write(callerOf(response), kind, items).then((results) => answer(response, results, metrics), next);
    };
  };
  for (const [path, kind] of [
    ['/notes', 'note'],
    ['/sessions', 'session'],
  ] as const) {
    router.post(path, admit, readBody, serve(kind));
    router.all(path, (_request, response, next) => {
      response.setHeader('allow', 'POST');
      next(new HttpProblem('METHOD_NOT_ALLOWED', 405, 'expected POST; send it so'));
    });
  }
  router.use(['/notes', '/sessions'], renderProblem(metrics, logger));
  return router;
}

const reader = createBodyReader(BODY_LIMITS);

/** What NDJSON is found to be as a whole: no JSON, or too deep where lines leave brackets open. */
const READ_BY_LINES: ReadonlySet<string | undefined> = new Set(['BODY_NOT_JSON', 'BODY_TOO_DEEP']);

/** Lines are read from the bytes that were kept. */
const readBody: RequestHandler = (request, response, next) => {
  reader(request, response, (problem?: unknown) => {
    if (READ_BY_LINES.has((problem as HttpProblem | undefined)?.code)) next();
    else next(problem);
  });
};

function itemsOf(body: unknown, raw: Buffer): readonly JsonItem[] {
  if (Array.isArray(body)) return body.map((value) => ({ ok: true, value }));
  return body === undefined ? readJsonLines(raw) : [{ ok: true, value: body }];
}

/** 200 when all are in the journal's queue, 400 when all are refused, 207 between, 503 when the queue can't take them. */
function answer(response: Response, results: readonly NoteResult[], metrics: NotesRoutesOptions['metrics']): void {
  const refused = results.flatMap((result, index) => (result.kind === 'refused' ? [{ index, ...result.refusal }] : []));
  const unavailable = results.find((result) => result.kind === 'unavailable');
  const accepted = unavailable === undefined ? results.length - refused.length : 0;
  if (accepted > 0) metrics.operations('notes', 'accepted', accepted);
  for (const { code } of refused) metrics.operations('notes', code, 1);
  if (unavailable !== undefined) {
    metrics.operations('notes', unavailable.code, results.length - refused.length);
    response.setHeader('retry-after', String(RETRY_AFTER_SECONDS));
    const message = 'expected room for the notes in the queue of the journal, there is none; send them again';
    response.status(503).json({ error: { code: unavailable.code, message } });
    return;
  }
  const status = refused.length === 0 ? 200 : accepted === 0 ? 400 : 207;
  response.status(status).json({ accepted, ...(refused.length > 0 && { refused }) });
}

function renderProblem(metrics: NotesRoutesOptions['metrics'], logger: Pick<Logger, 'error'>): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) return next(error);
    const isKnown = error instanceof HttpProblem;
    if (!isKnown) logger.error({ err: error }, 'notes could not be served');
    const { code, status, message, retryAfterSeconds } = isKnown ? error : FAILED;
    metrics.turnedAway('notes', code);
    if (status === 401) response.setHeader('www-authenticate', 'Basic realm="notes"');
    if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds));
    response.status(status).json({ error: { code, message } });
  };
}

const FAILED = new HttpProblem('GATEWAY_FAILED', 500, 'the gateway failed; send it again');
