import type { FleetMonitor, WorkspaceView } from '../fleet/fleet-monitor.ts';
import type { Redrives } from '../fleet/redrives.ts';
import { journalState } from '../journal/journal-notice.ts';
import { fleetPage, fleetUnknown } from '../page/fleet-page.ts';
import type { PageRoute } from '../routing/answer.ts';
import type { Past, PastReader } from './past.ts';
import { problemsOfView, redisProblems } from './problems.ts';

export interface OverviewOptions {
  readonly monitor: FleetMonitor;
  readonly redrives: Redrives;
  readonly past: PastReader;
}

/** `/`: the fleet at this moment, and its last day. */
export function createOverviewRoute({ monitor, redrives, past }: OverviewOptions): PageRoute {
  return {
    path: '/',
    title: 'Overview',
    async answer({ identity }) {
      const look = await readAll(monitor, past).catch((error: unknown) => ({
        problem: (error as { code?: string }).code ?? 'no answer',
      }));
      if ('problem' in look) {
        const { problem } = look;
        const data = { error: { code: 'REDIS_UNAVAILABLE', message: problem } };
        // A browser gets the page: it refreshes itself until Redis is back.
        return { kind: 'page', status: 503, content: fleetUnknown(problem), data };
      }
      const { view, pasts } = look;
      return {
        kind: 'page',
        content: fleetPage({ view, pasts, redriveOf: redrives.latest, role: identity.role }),
        data: {
          problems: redisProblems(view.memory),
          memory: view.memory,
          workspaces: view.workspaces.map((workspace) => dataOf(workspace, redrives, pasts)),
        },
      };
    },
  };
}

async function readAll(monitor: FleetMonitor, past: PastReader) {
  const view = await monitor.look();
  const pasts = await Promise.all(
    view.workspaces.map(async ({ outline }) => [outline.name, await past.read(outline.name)] as const),
  );
  return { view, pasts: new Map(pasts) };
}

function dataOf(view: WorkspaceView, redrives: Redrives, pasts: ReadonlyMap<string, Past>): object {
  const { outline, state, throughput, abusers } = view;
  const past = pasts.get(outline.name);
  return {
    ...state,
    problems: problemsOfView(view, past),
    region: outline.region,
    throughput,
    abusers,
    redrive: redrives.latest(outline.name) ?? null,
    latencyMs: past?.latency ?? null,
    deploys: past?.deploys ?? [],
    ...(past === undefined
      ? {}
      : { journal: journalState(past.journal), lastHour: past.hour.rollups, lastDay: past.day.rollups }),
  };
}
