import { readLatestOutcomes } from '@cio-fleet/lanes';
import type { RequestHandler } from 'express';
import type { Redis } from 'ioredis';
import { identityOf } from '../access/guard.ts';
import type { PageRoute } from '../routing/answer.ts';
import { chooseWorkspace, workspaceLinks } from '../routing/workspace-choice.ts';
import { matchesLive, readLiveFilter } from './live-filter.ts';
import { livePage, outcomeRow } from './live-page.ts';
import type { OutcomeTail } from './outcome-tail.ts';

/** Looked at for the first rows of a page. */
const LATEST = 1_000;
const FIRST_ROWS = 100;
/** A reader who is further behind than this misses outcomes, and is told. */
const MAX_UNREAD_BYTES = 262_144;
const PING_MS = 15_000;

export interface LiveRoutesOptions {
  readonly redis: Redis;
  readonly workspaces: readonly string[];
  readonly tail: OutcomeTail;
}

/** `/live`: the newest outcomes; without scripts a page that is loaded again, with them a tail. */
export function createLiveRoute({ redis, workspaces }: LiveRoutesOptions): PageRoute {
  return {
    path: '/live',
    title: 'Live',
    async answer(asked) {
      const choice = chooseWorkspace(asked, workspaces);
      if ('refusal' in choice) return choice.refusal;
      const { workspace } = choice;
      const filter = readLiveFilter(asked.query);
      const latest = await readLatestOutcomes(redis, workspace, LATEST);
      const outcomes = latest.filter((outcome) => matchesLive(outcome, filter)).slice(0, FIRST_ROWS);
      const switcher = workspaceLinks('/live', workspaces, workspace);
      return {
        kind: 'page',
        content: livePage({ workspace, switcher, filter, outcomes }),
        data: { workspace, filter, outcomes },
      };
    },
  };
}

/** `/live/stream`: new outcomes as server-sent events. Each has a row as HTML and the outcome itself. */
export function createLiveStream({ workspaces, tail }: LiveRoutesOptions): RequestHandler {
  return (request, response) => {
    const query = Object.fromEntries(
      Object.entries(request.query).flatMap(([name, value]) =>
        typeof value === 'string' && value !== '' ? [[name, value]] : [],
      ),
    );
    const workspace = query.workspace ?? workspaces[0] ?? '';
    const filter = readLiveFilter(query);
    const send = (event: string, data: object) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    let isBehind = false;
    if (!workspaces.includes(workspace)) {
      const message = `Expected one of ${workspaces.join(', ')}.`;
      response.status(404).json({ error: { code: 'WORKSPACE_UNKNOWN', message } });
      return;
    }
    const stop = tail.watch(workspace, {
      user: identityOf(response).user,
      tell(outcomes, hasSkipped) {
        if (response.writableLength > MAX_UNREAD_BYTES) {
          isBehind = true;
          return;
        }
        if (hasSkipped || isBehind) send('skipped', {});
        isBehind = false;
        const shown = outcomes.filter((outcome) => matchesLive(outcome, filter));
        if (shown.length === 0) return;
        send('outcomes', { outcomes: shown, rows: shown.map((outcome) => outcomeRow(workspace, outcome).text) });
      },
      end: () => response.end(),
    });
    if (typeof stop === 'string') {
      const ofUser = stop === 'too-many-of-user';
      const message = `Too many live pages are open${ofUser ? ' of yours' : ''}. Close one, then load this one again.`;
      response.status(ofUser ? 429 : 503).json({ error: { code: 'LIVE_UNAVAILABLE', message } });
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    send('hello', { workspace });
    const ping = setInterval(() => response.write(': ping\n\n'), PING_MS);
    response.on('close', () => {
      clearInterval(ping);
      stop();
    });
  };
}
