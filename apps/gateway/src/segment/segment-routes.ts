import type { LifecycleLogger } from '@cio-fleet/lifecycle';
import type { EnqueueResult, OperationInput } from '@cio-fleet/producer';
import { DEFAULT_MESSAGE_ID_WINDOW_MS, MAX_REQUEST_BYTES } from '@cio-fleet/segment';
import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express';
import { type Admission, callerOf } from '../access/admission.ts';
import type { Caller } from '../access/caller.ts';
import type { GatewayMetrics } from '../gateway-metrics.ts';
import { HttpProblem } from '../http/http-problem.ts';
import { createBodyReader, rawBodyOf } from '../http/read-body.ts';
import type { ProducerIntake } from '../intake/create-intake.ts';
import { failureAnswer } from '../intake/failure-answer.ts';
import type { Intake } from '../intake/intake.ts';
import { callLabels, labelled } from '../track/call-labels.ts';
import { moveWriteKeyToHeader } from './body-write-key.ts';
import { createDropLog } from './drop-log.ts';
import { type MappedRequest, mapRequest, unmapped } from './map-request.ts';
import {
  type MessageProblem,
  refusedStrictly,
  type SegmentAnswer,
  SUCCESS,
  sendAnswer,
  troubled,
} from './segment-answer.ts';
import { isSegmentPath, type ReadMessages, segmentCallOf } from './segment-call.ts';

/** What Segment's routes need. */
export interface SegmentRoutesDeps {
  readonly admission: Pick<Admission, 'open' | 'writeKey'>;
  readonly intake: Intake;
  /** Tells before anything is accepted what the intake would refuse; strict mode asks. @defaultValue nothing is known before */
  readonly refusals?: ProducerIntake['refusals'];
  readonly metrics: Pick<GatewayMetrics, 'operations' | 'turnedAway'>;
  readonly logger: LifecycleLogger;
  /** Hears of messages that became no operation, for the report of sources: the intake, which tells of all else, never saw them. */
  readonly onUnmapped?: (caller: Caller, count: number) => void;
  /** How long a repeat of a `messageId` is recognised, in ms. @defaultValue 3600000 (an hour) */
  readonly messageIdWindowMs?: number;
}

/** A message may nest deeper than what is accepted; then it is refused, and not all others of its request. */
const MAX_BODY_DEPTH = 128;
const STRICT_HEADER = 'x-strict-mode';
const RECHECK_SECONDS = 1;
/** What is wrong with a body for good: it would be the same when it came again. */
const BODY_CODES: ReadonlySet<string> = new Set(['BODY_TOO_LARGE', 'BODY_NOT_JSON', 'BODY_TOO_DEEP', 'BODY_ENCODING']);

/**
 * The dialect of Segment and of Customer.io's Pipelines, under `/v1`. An answer of 200 means durable, or dropped for good: what can
 * never be accepted is dropped, counted and logged, unless the request asks for strict mode. Other paths are left to others.
 *
 * @see docs/segment.md
 */
export function createSegmentRoutes(deps: SegmentRoutesDeps): Router {
  const { admission, intake, metrics, logger, messageIdWindowMs = DEFAULT_MESSAGE_ID_WINDOW_MS } = deps;
  const readBody = createBodyReader({
    maxBytes: MAX_REQUEST_BYTES,
    maxDepth: MAX_BODY_DEPTH,
    gunzip: true,
    keepRaw: true,
  });
  const dropLog = createDropLog(logger);

  function drop(caller: Caller, problems: readonly Pick<MessageProblem, 'code'>[]): void {
    for (const [code, same] of Map.groupBy(problems, (problem) => problem.code)) {
      metrics.operations('segment', code, same.length);
      dropLog.dropped(caller, code, same.length);
    }
  }

  /** Lets the request in and reads it, in the order that tells soonest who it is. @throws {HttpProblem} */
  async function open(request: Request, response: Response): Promise<{ caller: Caller; unread?: HttpProblem }> {
    if (request.headers.authorization !== undefined) {
      await pass(admission.writeKey, request, response);
      const unread = await problemOf(pass(readBody, request, response));
      return { caller: callerOf(response), ...(unread && { unread }) };
    }
    await pass(admission.open, request, response);
    const unread = await problemOf(pass(readBody, request, response));
    moveWriteKeyToHeader(request);
    await pass(admission.writeKey, request, response);
    return { caller: callerOf(response), ...(unread && { unread }) };
  }

  async function answer(call: ReadMessages, request: Request, response: Response): Promise<SegmentAnswer> {
    const receivedAtMs = Date.now();
    const isStrict = request.headers[STRICT_HEADER] === '1';
    const { caller, unread } = await open(request, response);
    // 400, not 413 or 415: SDKs repeat those, and it would never help.
    const mapped: MappedRequest =
      unread === undefined
        ? mapRequest(call(request.body), {
            context: { receivedAtMs, messageIdWindowMs },
            bodyBytes: rawBodyOf(request).length,
            isStrict,
          })
        : unmapped({ index: 0, code: unread.code, message: unread.message });
    const { operations, places, excluded } = mapped;
    const problems =
      isStrict && mapped.problems.length === 0 ? await regionProblems(caller, operations, places) : mapped.problems;
    if (problems.length > 0) {
      drop(caller, problems);
      deps.onUnmapped?.(caller, problems.length);
    }
    if (isStrict && problems.length > 0) return refusedStrictly(problems);
    if (excluded > 0) metrics.operations('segment', 'excluded', excluded);
    if (operations.length === 0) return SUCCESS;
    const results = await intake.accept(caller, labelled(operations, callLabels(caller, request.headers)));
    return judge(caller, results, { places, isStrict });
  }

  /** What the region rule refuses, before anything is accepted. */
  async function regionProblems(
    caller: Caller,
    operations: readonly OperationInput[],
    places: readonly number[],
  ): Promise<readonly MessageProblem[]> {
    const refusals = (await deps.refusals?.(caller, operations)) ?? [];
    return refusals.flatMap((refusal, place) => {
      if (refusal === undefined) return [];
      const { code, message } = refusal.error;
      return [{ index: places[place] ?? 0, code, message }];
    });
  }

  function judge(
    caller: Caller,
    results: readonly EnqueueResult[],
    { places, isStrict }: { readonly places: readonly number[]; readonly isStrict: boolean },
  ): SegmentAnswer {
    const failed = results.flatMap((result, place) =>
      result.ok ? [] : [{ ...result.error, index: places[place] ?? 0 }],
    );
    if (failed.length < results.length) metrics.operations('segment', 'accepted', results.length - failed.length);
    if (failed.length === 0) return SUCCESS;
    const answers = failed.map((error) => ({ error, ...failureAnswer(error) }));
    const refused = answers.filter(({ status }) => status === 400).map(({ error }) => error);
    drop(caller, refused);
    const later = answers.filter(({ status }) => status !== 400);
    for (const [code, same] of Map.groupBy(later, ({ error }) => error.code))
      metrics.operations('segment', code, same.length);
    // The whole request is repeated then; by their messageIds those that were accepted are recognised.
    const first = later.find(({ status }) => status === 503) ?? later[0];
    if (first !== undefined) {
      const { status, retryAfterSeconds, error } = first;
      return troubled({ status, retryAfterSeconds, code: error.code, message: error.message });
    }
    const [surprise] = refused;
    if (!isStrict || surprise === undefined) return SUCCESS;
    if (refused.length === results.length)
      return refusedStrictly(refused.map(({ index, code, message }) => ({ index, code, message })));
    // Another call changed what could be accepted meanwhile. 400 would say that nothing was; the repeat is checked again.
    return troubled({
      status: 503,
      retryAfterSeconds: RECHECK_SECONDS,
      code: surprise.code,
      message: surprise.message,
    });
  }

  const serve: RequestHandler = (request, response, next) => {
    if (!isSegmentPath(request.path)) return next();
    const call = segmentCallOf(request.path);
    if (call === undefined) {
      const message =
        'expected one of identify, track, page, screen, group, alias, batch and import under /v1, got another path';
      return sendAnswer(response, troubled({ status: 404, code: 'NOT_FOUND', message }));
    }
    if (request.method !== 'POST') {
      const { status, body } = troubled({
        status: 405,
        code: 'METHOD_NOT_ALLOWED',
        message: 'expected POST, got another method',
      });
      return sendAnswer(response, { status, body, headers: { allow: 'POST' } });
    }
    answer(call, request, response).then((given) => sendAnswer(response, given), next);
  };

  const fail: ErrorRequestHandler = (error, request, response, next) => {
    if (response.headersSent) return next(error);
    if (error instanceof HttpProblem) {
      metrics.turnedAway('segment', error.code);
      return sendAnswer(response, troubled(error));
    }
    logger.error({ err: error, method: request.method, dialect: 'segment' }, 'request failed');
    const message = 'this failed; the log of the gateway says why';
    sendAnswer(response, troubled({ status: 500, code: 'GATEWAY_FAILED', message }));
  };

  return Router().use(serve, fail);
}

/** Runs a handler; resolves when it lets the request go on. */
function pass(handler: RequestHandler, request: Request, response: Response): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  handler(request, response, (problem?: unknown) => (problem === undefined ? resolve() : reject(problem)));
  return promise;
}

/** What is wrong with the body for good. @throws {HttpProblem} where it did not come, or not in time */
async function problemOf(reading: Promise<void>): Promise<HttpProblem | undefined> {
  try {
    await reading;
    return undefined;
  } catch (error) {
    if (error instanceof HttpProblem && BODY_CODES.has(error.code)) return error;
    throw error;
  }
}
