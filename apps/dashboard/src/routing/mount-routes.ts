import { type NextFunction, type Request, type Response, Router, urlencoded } from 'express';
import { identityOf } from '../access/guard.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { Html } from '../page/html.ts';
import { refusalPage } from '../page/refusal-page.ts';
import { type Answer, type Asked, type Change, type PageRoute, refused } from './answer.ts';
import { CHANGES, type ChangePath } from './changes.ts';

/** A page asks its own address with this header for the part that changes. */
const FRAGMENT_HEADER = 'x-cio-fleet-fragment';

export interface SentPage {
  readonly status: number;
  readonly title: string;
  readonly path: string;
  /** That was asked for; the receiver knows whether it exists. */
  readonly workspace: string | undefined;
  readonly content: Html;
}

export interface MountOptions {
  readonly pages: readonly PageRoute[];
  readonly changes: Readonly<Record<ChangePath, Change>>;
  readonly audit: AuditLog;
  /** Sends a whole page around `content`. */
  readonly send: (response: Response, page: SentPage) => void;
  /** Undefined while Redis answers; else how it fails. */
  readonly redisProblem: () => string | undefined;
}

/** All pages and changes. A page is HTML or JSON at one address: by Accept, by `?format=json`, or by `.json` after its path. */
export function mountRoutes({ pages, changes, audit, send, redisProblem }: MountOptions): Router {
  const router = Router();
  router.use(urlencoded({ extended: false, limit: '10kb' }));

  const run = async (ask: () => Promise<Answer>, next: NextFunction): Promise<Answer | undefined> => {
    try {
      return await ask();
    } catch (error) {
      const problem = redisProblem();
      if (problem !== undefined)
        return refused(503, `Redis does not answer (${problem}). Nothing is lost by that; wait.`);
      next(error);
      return undefined;
    }
  };
  const deliver = (
    request: Request,
    response: Response,
    answer: Answer,
    { title, path }: Pick<SentPage, 'title' | 'path'>,
  ) => {
    response.vary('Accept').vary(FRAGMENT_HEADER);
    const asJson = wantsJson(request);
    const { workspace } = firstOf({ ...request.query, ...(request.body as object | undefined) });
    if (answer.kind === 'moved') {
      if (asJson) response.json({ ok: true });
      else response.redirect(303, answer.to);
    } else if (answer.kind === 'refused') {
      const { status, message } = answer;
      if (asJson) response.status(status).json({ error: { code: CODES[status], message } });
      else send(response, { status, title, path, workspace, content: refusalPage(message) });
    } else if (request.query.format === 'text' && answer.text !== undefined) {
      response.type('text/plain').send(answer.text);
    } else if (asJson) {
      response.status(answer.status ?? 200).json(answer.data);
    } else if (request.headers[FRAGMENT_HEADER] !== undefined) {
      response.type('html').send(answer.content.text);
    } else {
      send(response, { status: 200, title, path, workspace, content: answer.content });
    }
  };

  for (const page of pages) {
    const paths = [page.path, page.path === '/' ? '/fleet.json' : `${page.path}.json`];
    router.get(paths, async (request, response, next) => {
      const asked: Asked = { query: firstOf(request.query), identity: identityOf(response) };
      const answer = await run(() => page.answer(asked), next);
      if (answer !== undefined) deliver(request, response, answer, page);
    });
  }
  for (const [path, action] of Object.entries(CHANGES)) {
    router.post(path, async (request, response, next) => {
      const identity = identityOf(response);
      const frame = { title: 'Change', path };
      if (identity.role !== 'operator') {
        const message = 'Your role is viewer, which can look and not change. Ask an operator.';
        audit.refused({ ...identity, action }, message);
        deliver(request, response, refused(403, message), frame);
        return;
      }
      const asked: Asked = { query: firstOf((request.body ?? {}) as object), identity };
      const answer = await run(() => changes[path as ChangePath](asked), next);
      if (answer !== undefined) deliver(request, response, answer, frame);
    });
  }
  return router;
}

const CODES = {
  400: 'BAD_REQUEST',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'BUSY',
  503: 'REDIS_UNAVAILABLE',
} as const;

function wantsJson(request: Request): boolean {
  if (request.path.endsWith('.json') || request.query.format === 'json') return true;
  return request.accepts(['html', 'json']) === 'json';
}

function firstOf(values: object): Readonly<Record<string, string>> {
  const entries = Object.entries(values).flatMap(([name, value]) => {
    const first: unknown = Array.isArray(value) ? value[0] : value;
    return typeof first === 'string' && first.trim() !== '' ? [[name, first.trim()] as const] : [];
  });
  return Object.fromEntries(entries);
}
