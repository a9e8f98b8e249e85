import { type DeadLetterFilter, type RedriveResult, redriveDeadLetters } from '@cio-fleet/lanes';
import { type Request, type RequestHandler, type Response, Router, urlencoded } from 'express';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { identityOf } from './access/guard.ts';
import type { AuditLog } from './audit/audit-log.ts';
import type { Redrives } from './fleet/redrives.ts';
import type { Html } from './page/html.ts';
import { redrivePage, refusalPage } from './page/redrive-page.ts';

export interface RedriveRoutesOptions {
  readonly redis: Redis;
  readonly workspaces: readonly string[];
  readonly redrives: Redrives;
  readonly audit: AuditLog;
  readonly ratePerSecond: number;
  /** Sends a whole page around `content`. */
  readonly send: (response: Response, status: number, content: Html) => void;
}

const target = z.object({ workspace: z.string(), reason: z.string().min(1).max(200).optional() });

/** `GET /redrive` counts and asks, `POST /redrive` starts, `POST /redrive/stop` stops. For operators. */
export function createRedriveRoutes(options: RedriveRoutesOptions): RequestHandler {
  const { redis, workspaces, redrives, audit, ratePerSecond, send } = options;

  /** The workspace and filter that are meant, or nothing, and then the refusal is sent. */
  const targetOf = (request: Request, response: Response, action: string) => {
    const identity = identityOf(response);
    if (identity.role !== 'operator') {
      const message = 'Your role is viewer, which can look and not change. Ask an operator.';
      audit.refused({ ...identity, action }, message);
      send(response, 403, refusalPage(message));
      return undefined;
    }
    const parsed = target.safeParse(request.method === 'GET' ? request.query : request.body);
    if (!parsed.success || !workspaces.includes(parsed.data.workspace)) {
      send(response, 404, refusalPage(`There is no such workspace here. There is: ${workspaces.join(', ')}.`));
      return undefined;
    }
    const { workspace, reason } = parsed.data;
    const filter: DeadLetterFilter = reason === undefined ? {} : { reason };
    return { workspace, reason, filter, identity };
  };

  const router = Router();
  router.use(urlencoded({ extended: false, limit: '10kb' }));
  router.get('/', async (request, response) => {
    const meant = targetOf(request, response, 'redrive');
    if (meant === undefined) return;
    const { workspace, reason, filter } = meant;
    const counts: RedriveResult = await redriveDeadLetters({ redis, workspace, filter, dryRun: true });
    send(response, 200, redrivePage({ workspace, reason, counts, ratePerSecond }));
  });
  router.post('/', (request, response) => {
    const meant = targetOf(request, response, 'redrive');
    if (meant === undefined) return;
    if (redrives.start(meant) === 'busy') {
      send(response, 409, refusalPage(`A redrive of ${meant.workspace} runs already. Wait for it, or stop it.`));
    } else response.redirect(303, '/');
  });
  router.post('/stop', async (request, response) => {
    const meant = targetOf(request, response, 'redrive-stop');
    if (meant === undefined) return;
    const { workspace, identity } = meant;
    const result = redrives.stop(workspace) ? 'ok' : 'nothing ran';
    await audit.record({ ...identity, action: 'redrive-stop', queue: `${workspace}.dead-letter`, workspace, result });
    response.redirect(303, '/');
  });
  return router;
}
