import type { ReadWebhook } from '@cio-fleet/contracts';
import type { Logger } from '@cio-fleet/telemetry';
import express, { type ErrorRequestHandler, type Request, type Response, type Router } from 'express';
import { HttpProblem } from '../http/http-problem.ts';
import { createBodyReader, parseBody, rawBodyOf } from '../http/read-body.ts';
import { createComplaints, isComplaint } from './complaints.ts';
import { forwardJobOf } from './forward-job.ts';
import { problemOf } from './outcome-problem.ts';
import { isSigned, type SignedBody } from './signature.ts';
import { readWebhookBody } from './webhook-body.ts';
import type { WebhookMetrics, WebhookOutcome } from './webhook-metrics.ts';
import type { TakeResult, WebhookTaker } from './webhook-taker.ts';

/** A workspace that takes reporting webhooks. */
export interface WebhookWorkspace {
  readonly name: string;
  /** At least one; several while a key is being changed. */
  readonly signingKeys: readonly string[];
  readonly forwards: boolean;
  readonly taker: WebhookTaker;
}

/** Told of each webhook that was taken and is no repeat. Here the journal gets its row. */
export type OnWebhookTaken = (workspace: string, read: ReadWebhook, receivedAtMs: number) => void;

export interface WebhookRoutesOptions {
  readonly workspaces: readonly WebhookWorkspace[];
  /** Webhooks signed longer ago are refused, in s. @defaultValue none: Customer.io repeats for 7 days */
  readonly maxAgeSeconds?: number;
  readonly metrics: WebhookMetrics;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  readonly onTaken?: OnWebhookTaken;
  /** Told of each webhook whose signature is wrong, for the report of addresses. */
  readonly onUnsigned?: (request: Request) => void;
}

const PATHS = ['/webhooks/customerio', '/webhooks/customerio/:workspace'];

/** Far above any webhook of Customer.io's (a few KB). */
const BODY_LIMITS = { maxBytes: 1_048_576, maxDepth: 256, gunzip: false } as const;

/** `POST /webhooks/customerio[/<workspace>]`: Customer.io's reporting webhooks, verified, made durable, then answered. */
export function createWebhookRoutes(options: WebhookRoutesOptions): Router {
  const { workspaces, maxAgeSeconds, metrics, logger, onTaken, onUnsigned } = options;
  const byName = new Map(workspaces.map((workspace) => [workspace.name, workspace]));
  const implied = workspaces.length === 1 ? workspaces[0] : byName.get('default');
  const complain = createComplaints(logger);

  function workspaceOf({ params }: Request): WebhookWorkspace {
    const { workspace: name } = params;
    const workspace = typeof name === 'string' ? byName.get(name) : implied;
    if (workspace !== undefined) return workspace;
    throw new HttpProblem(
      'WEBHOOKS_UNKNOWN',
      404,
      'expected the address of a workspace with a signing key for reporting webhooks; set the key, or check the address',
    );
  }

  async function take(workspace: WebhookWorkspace, request: Request): Promise<WebhookOutcome> {
    const receivedAtMs = Date.now();
    const signed = signedBodyOf(request);
    if (!isSigned(signed, workspace.signingKeys)) {
      onUnsigned?.(request);
      return 'unsigned';
    }
    if (maxAgeSeconds !== undefined && isOlder(signed, maxAgeSeconds, receivedAtMs)) return 'too-old';
    // Only now, for whoever has no key can make up a megabyte of JSON. What can't be read is kept, not refused.
    const parsed = parseBody(signed.body, BODY_LIMITS.maxDepth);
    const { read, id, name, job } = readWebhookBody(workspace.name, signed.body, parsed.ok ? parsed.value : undefined);
    const forward = workspace.forwards ? { forward: forwardJobOf(signed.body, request.headers, receivedAtMs) } : {};
    const note = (taken: TakeResult) => {
      if (taken !== 'taken' && taken !== 'unqueued') return;
      metrics.read(workspace.name, read);
      if (read.kind === 'unreadable') complain(workspace.name, 'unreadable', { problem: read.problem });
      onTaken?.(workspace.name, read, receivedAtMs);
    };
    // Taken after its answer, its repeat will be told from nothing but the mark: it is noted when it is taken.
    const taken = await workspace.taker.take({ id, name, job, ...forward }, note);
    note(taken);
    return taken;
  }

  async function serve(request: Request, response: Response): Promise<void> {
    const startedAtMs = performance.now();
    const workspace = workspaceOf(request);
    let outcome: WebhookOutcome = 'refused';
    try {
      await readBody(request, response);
      outcome = await take(workspace, request);
    } finally {
      metrics.answered(workspace.name, outcome, performance.now() - startedAtMs);
    }
    if (isComplaint(outcome)) complain(workspace.name, outcome);
    const problem = problemOf(outcome);
    if (problem !== undefined) throw problem;
    response.status(200).json({});
  }

  const router = express.Router({ caseSensitive: true });
  router.post(PATHS, (request, response, next) => {
    serve(request, response).catch(next);
  });
  router.all(PATHS, (_request, response, next) => {
    response.setHeader('allow', 'POST');
    next(new HttpProblem('METHOD_NOT_ALLOWED', 405, 'expected POST; send it so'));
  });
  router.use(PATHS, renderProblem(logger));
  return router;
}

const reader = createBodyReader({ ...BODY_LIMITS, keepRaw: true, parses: false });

function readBody(request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    reader(request, response, (problem?: unknown) => {
      if (problem === undefined) resolve();
      else reject(problem);
    });
  });
}

function signedBodyOf(request: Request): SignedBody {
  return {
    timestamp: request.get('x-cio-timestamp'),
    signature: request.get('x-cio-signature'),
    body: rawBodyOf(request),
  };
}

function isOlder({ timestamp }: SignedBody, maxAgeSeconds: number, nowMs: number): boolean {
  // Without a number in the header nothing is known of its age.
  return !(nowMs / 1000 - Number(timestamp) <= maxAgeSeconds);
}

function renderProblem(logger: Pick<Logger, 'error'>): ErrorRequestHandler {
  return (thrown: unknown, _request, response, next) => {
    if (response.headersSent) return next(thrown);
    // Broken percent-encoding names no workspace, and express throws before anybody can look.
    const error = thrown instanceof URIError ? BROKEN_PATH : thrown;
    const isKnown = error instanceof HttpProblem;
    if (!isKnown) logger.error({ err: error }, 'a reporting webhook could not be served');
    const { code, status, message, retryAfterSeconds } = isKnown ? error : FAILED;
    if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds));
    response.status(status).json({ error: { code, message } });
  };
}

const BROKEN_PATH = new HttpProblem('WEBHOOKS_UNKNOWN', 404, 'expected the name of a workspace, got a broken path');
const FAILED = new HttpProblem('GATEWAY_FAILED', 500, 'the gateway failed; send it again');
