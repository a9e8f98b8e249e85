import { readFleetState, releaseBrakes } from '@cio-fleet/lanes';
import { type RequestHandler, type Response, Router, urlencoded } from 'express';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { identityOf } from './access/guard.ts';
import type { AuditLog } from './audit/audit-log.ts';
import type { Html } from './page/html.ts';
import { refusalPage } from './page/redrive-page.ts';

export interface BrakeRoutesOptions {
  readonly redis: Redis;
  readonly workspaces: readonly string[];
  readonly audit: AuditLog;
  /** Sends a whole page around `content`. */
  readonly send: (response: Response, status: number, content: Html) => void;
}

const target = z.object({ workspace: z.string(), brake: z.string().min(1).max(50) });

/** `POST /brakes/release`, for operators. Brakes are set from the command line, which counts first. */
export function createBrakeRoutes({ redis, workspaces, audit, send }: BrakeRoutesOptions): RequestHandler {
  const router = Router();
  router.use(urlencoded({ extended: false, limit: '10kb' }));
  router.post('/release', async (request, response) => {
    const identity = identityOf(response);
    const action = 'release';
    if (identity.role !== 'operator') {
      const message = 'Your role is viewer, which can look and not change. Ask an operator.';
      audit.refused({ ...identity, action }, message);
      send(response, 403, refusalPage(message));
      return;
    }
    const parsed = target.safeParse(request.body);
    if (!parsed.success || !workspaces.includes(parsed.data.workspace)) {
      send(response, 404, refusalPage(`There is no such workspace here. There is: ${workspaces.join(', ')}.`));
      return;
    }
    const { workspace, brake: id } = parsed.data;
    const brake = (await readFleetState(redis, workspace)).brakes.find((one) => one.id === id);
    if (brake === undefined || (await releaseBrakes(redis, workspace, [id])) === 0) {
      send(response, 404, refusalPage('This brake is no longer there: somebody else released it, or it has expired.'));
      return;
    }
    const detail = `${brake.kind} ${id} ${JSON.stringify(brake.filter)}`;
    await audit.record({ ...identity, action, workspace, detail, result: 'ok' });
    response.redirect(303, '/');
  });
  return router;
}
