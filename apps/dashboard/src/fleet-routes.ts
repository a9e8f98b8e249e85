import type { RequestHandler, Response } from 'express';
import { identityOf } from './access/guard.ts';
import type { FleetMonitor } from './fleet/fleet-monitor.ts';
import type { Redrives } from './fleet/redrives.ts';
import { fleetPage, fleetUnknown } from './page/fleet-page.ts';
import type { Html } from './page/html.ts';

/** The page asks its own address with this header for the part that changes. */
const FRAGMENT_HEADER = 'x-cio-fleet-fragment';

export interface FleetRouteOptions {
  readonly monitor: FleetMonitor;
  readonly redrives: Redrives;
  readonly send: (response: Response, status: number, content: Html) => void;
}

/** `GET /`: the fleet as a page, as the changing part of it, or as JSON. */
export function createFleetRoute({ monitor, redrives, send }: FleetRouteOptions): RequestHandler {
  return async (request, response) => {
    response.vary('Accept').vary(FRAGMENT_HEADER);
    const wantsJson = request.accepts(['html', 'json']) === 'json';
    const look = await monitor.look().then(
      (view) => ({ view }),
      (error: unknown) => ({ problem: (error as { code?: string }).code ?? 'no answer' }),
    );
    if (wantsJson) {
      if ('problem' in look) response.status(503).json({ error: { code: 'REDIS_UNAVAILABLE', message: look.problem } });
      else {
        const { workspaces } = look.view;
        response.json({
          workspaces: workspaces.map(({ outline, state, throughput }) => ({
            ...state,
            region: outline.region,
            throughput,
            redrive: redrives.latest(outline.name) ?? null,
          })),
        });
      }
      return;
    }
    const content =
      'problem' in look
        ? fleetUnknown(look.problem)
        : fleetPage({ view: look.view, redriveOf: redrives.latest, role: identityOf(response).role });
    if (request.headers[FRAGMENT_HEADER] !== undefined) response.type('html').send(content.text);
    else send(response, 200, content);
  };
}
