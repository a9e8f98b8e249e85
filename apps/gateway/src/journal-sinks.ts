import { createJournalSink, type JournalSink } from '@cio-fleet/journal';
import { type Service, service } from '@cio-fleet/lifecycle';
import type { Logger } from '@cio-fleet/telemetry';
import type { Redis } from 'ioredis';

/** The ways into the journals: one for each workspace, made when it is first needed. */
export interface JournalSinks {
  of(workspace: string): JournalSink;
  /** Stopping it sends what was recorded. */
  readonly service: Service;
}

/** How long stopping waits for Redis to take the last rows, in ms. */
const STOP_TIMEOUT_MS = 5_000;

/** @param redis - a client that waits for Redis (`purpose: 'worker'`) */
export function createJournalSinks(redis: Redis, logger: Logger): JournalSinks {
  const sinks = new Map<string, JournalSink>();
  return {
    of(workspace) {
      const known = sinks.get(workspace);
      if (known !== undefined) return known;
      const made = createJournalSink({ redis, workspace, logger });
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
