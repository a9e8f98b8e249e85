import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { queuePrefix } from '@cio-fleet/contracts';
import { Queue } from 'bullmq';
import type { Application, RequestHandler } from 'express';
import type { Redis } from 'ioredis';
import type { AuditLog } from '../audit/audit-log.ts';
import { createBoardHooks } from './board-hooks.ts';
import { withoutWebFonts } from './board-without-web-fonts.ts';
import { externalJobUrl } from './external-job-url.ts';
import type { BoardQueue } from './queue-kind.ts';

const SYSTEM_FONTS = {
  'font-sans': 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  'font-mono': 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
} as const;

/** Red where a wrong click hurts. */
const BADGE_COLORS = { development: '#3f6f4f', staging: '#8a6414', production: '#b3261e' } as const;

/** Every open tab asks about every queue: the pace of a person reading, not of a monitor. */
const POLLING_SECONDS = 10;

export interface BoardOptions {
  readonly redis: Redis;
  readonly basePath: string;
  readonly environment: keyof typeof BADGE_COLORS;
  readonly audit: AuditLog;
  /** Called with what a queue's connection reports. */
  readonly onError: (error: Error) => void;
}

export interface Board {
  readonly handler: RequestHandler;
  /** Shows exactly these queues from now on. */
  show(queues: readonly BoardQueue[]): void;
  queueOf(name: string): BoardQueue | undefined;
  close(): Promise<void>;
}

/** Bull Board over the queues of the fleet, with our rules. Looking at it writes nothing. */
export function createBoard(options: BoardOptions): Board {
  const shown = new Map<
    string,
    { readonly boardQueue: BoardQueue; readonly queue: Queue; readonly adapter: BullMQAdapter }
  >();
  const queueOf = (name: string) => shown.get(name)?.boardQueue;
  const serverAdapter = new ExpressAdapter();
  serverAdapter.setBasePath(options.basePath);
  const board = createBullBoard({
    queues: [],
    serverAdapter,
    options: {
      handlerHooks: createBoardHooks({ queueOf, audit: options.audit }),
      uiConfig: {
        boardTitle: 'cio-fleet queues',
        miscLinks: [
          { text: 'Fleet', url: '/' },
          { text: 'Person', url: '/person' },
          { text: 'Errors', url: '/errors' },
          { text: 'Redrive', url: '/redrive' },
          { text: 'Live', url: '/live' },
        ],
        hideDocsLink: true,
        hideRedisDetails: true,
        // CLIENT LIST for every queue on every poll; the fleet page knows the workers from their heartbeats.
        showWorkers: false,
        pollingInterval: { showSetting: false, forceInterval: POLLING_SECONDS },
        overview: { groupByDelimiter: true },
        environment: { label: options.environment, color: BADGE_COLORS[options.environment], textColor: '#ffffff' },
        theme: { light: SYSTEM_FONTS, dark: SYSTEM_FONTS },
      },
    },
  });
  withoutWebFonts(serverAdapter);
  // It is an application of its own, with express's defaults.
  const application = serverAdapter.getRouter() as Application;
  application.disable('x-powered-by').disable('etag');

  const open = (boardQueue: BoardQueue) => {
    const queue = new Queue(boardQueue.name, {
      connection: options.redis,
      prefix: queuePrefix(boardQueue.workspace),
      skipMetasUpdate: true,
      skipVersionCheck: true,
      skipWaitingForReady: true,
    });
    queue.on('error', options.onError);
    const adapter = new BullMQAdapter(queue, {
      delimiter: '.',
      description: boardQueue.description,
      externalJobUrl: (job) => externalJobUrl(boardQueue, job as { id?: unknown; data?: unknown }),
      allowRetries: !['lane', 'fallback', 'parked'].includes(boardQueue.kind),
    });
    return { boardQueue, queue, adapter };
  };

  return {
    handler: application,
    show(queues) {
      const names = new Set(queues.map(({ name }) => name));
      if (names.size === shown.size && queues.every(({ name }) => shown.has(name))) return;
      for (const [name, { queue }] of shown) {
        if (names.has(name)) continue;
        shown.delete(name);
        queue.close().catch(options.onError);
      }
      for (const boardQueue of queues) {
        if (!shown.has(boardQueue.name)) shown.set(boardQueue.name, open(boardQueue));
      }
      board.setQueues(queues.flatMap(({ name }) => shown.get(name)?.adapter ?? []));
    },
    queueOf,
    async close() {
      await Promise.all([...shown.values()].map(({ queue }) => queue.close()));
      shown.clear();
    },
  };
}
