import { createJournalSink, DROP_REASONS, type JournalSettings, type JournalSink } from '@cio-fleet/journal';
import { type Service, service } from '@cio-fleet/lifecycle';
import { type Logger, METRIC_PREFIX } from '@cio-fleet/telemetry';
import type { Redis } from 'ioredis';
import { Counter, type Registry } from 'prom-client';

/** The ways into the journals: one for each workspace, made when it is first needed. */
export interface JournalSinks {
  of(workspace: string): JournalSink;
  /** Stopping it sends what was recorded. */
  readonly service: Service;
}

/** How long stopping waits for Redis to take the last rows, in ms. */
const STOP_TIMEOUT_MS = 5_000;

export interface JournalSinksOptions {
  /** Waits for Redis (`purpose: 'worker'`). */
  readonly redis: Redis;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly intake: JournalSettings['intake'];
}

export function createJournalSinks({ redis, logger, registry, intake }: JournalSinksOptions): JournalSinks {
  const drops = new Counter({
    name: `${METRIC_PREFIX}journal_dropped_rows_total`,
    help: 'Rows that the journal will not have, because a bound was hit.',
    labelNames: ['workspace', 'reason'],
    registers: [registry],
  });
  const sinks = new Map<string, JournalSink>();
  return {
    of(workspace) {
      const known = sinks.get(workspace);
      if (known !== undefined) return known;
      // From 0 on: a series that begins with its first burst has no increase that an alert could see.
      for (const reason of DROP_REASONS) drops.inc({ workspace, reason }, 0);
      const made = createJournalSink({
        redis,
        workspace,
        ...intake,
        logger,
        onDropped: ({ reason, rows }) => drops.inc({ workspace, reason }, rows),
      });
      sinks.set(workspace, made);
      return made;
    },
    service: service({
      name: 'journal-sinks',
      start: () => undefined,
      stop: async () =>
        void (await Promise.all([...sinks.values()].map((sink) => sink.stop({ timeoutMs: STOP_TIMEOUT_MS })))),
    }),
  };
}
