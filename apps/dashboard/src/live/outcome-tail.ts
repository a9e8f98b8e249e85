import { readLatestOutcomes, readOutcomesAfter, type StreamedOutcome } from '@cio-fleet/lanes';
import type { Redis } from 'ioredis';

/** Somebody who watches. */
export interface Watcher {
  readonly user: string;
  /** New outcomes, oldest first. `hasSkipped`: more came than anybody reads, and the rest of them was passed over. */
  tell(outcomes: readonly StreamedOutcome[], hasSkipped: boolean): void;
  /** The dashboard stops. */
  end(): void;
}

/** Follows the outcomes of workspaces for whoever watches; Redis is asked once, however many do, and not at all without. */
export interface OutcomeTail {
  /** @returns how to stop watching, or why not: too many watch already, of this user or of all */
  watch(workspace: string, watcher: Watcher): (() => void) | 'too-many' | 'too-many-of-user';
  /** Ends every watch. */
  close(): void;
}

export interface OutcomeTailOptions {
  readonly redis: Redis;
  readonly onError: (error: unknown) => void;
  /** Between two looks, in ms. @defaultValue 500 */
  readonly intervalMs?: number;
  /** Of all workspaces together. @defaultValue 50 */
  readonly maxWatchers?: number;
  /** Of one user. A browser itself opens no more than six to one address. @defaultValue 6 */
  readonly maxWatchersOfUser?: number;
}

/** Of one look. What is beyond is skipped, and said to be. */
const PIECE = 500;

export function createOutcomeTail(options: OutcomeTailOptions): OutcomeTail {
  const { redis, onError, intervalMs = 500, maxWatchers = 50, maxWatchersOfUser = 6 } = options;
  const watchers = new Map<string, Set<Watcher>>();
  const places = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const look = async (workspace: string, own: ReadonlySet<Watcher>) => {
    const place = places.get(workspace) ?? (await readLatestOutcomes(redis, workspace, 1))[0]?.id ?? '0-0';
    const { outcomes, lastId } = await readOutcomesAfter(redis, workspace, place, PIECE);
    const isFull = outcomes.length === PIECE;
    const next = isFull ? ((await readLatestOutcomes(redis, workspace, 1))[0]?.id ?? lastId) : lastId;
    places.set(workspace, next);
    if (outcomes.length > 0) for (const watcher of own) watcher.tell(outcomes, next !== lastId);
  };
  const tick = async () => {
    for (const [workspace, own] of watchers) {
      if (own.size === 0) {
        watchers.delete(workspace);
        places.delete(workspace);
      } else await look(workspace, own).catch(onError);
    }
  };
  const schedule = () => {
    timer = setTimeout(() => {
      void tick().finally(() => {
        timer = undefined;
        if (!isClosed && watchers.size > 0) schedule();
      });
    }, intervalMs);
  };

  return {
    watch(workspace, watcher) {
      const all = [...watchers.values()].flatMap((each) => [...each]);
      if (isClosed || all.length >= maxWatchers) return 'too-many';
      if (all.filter(({ user }) => user === watcher.user).length >= maxWatchersOfUser) return 'too-many-of-user';
      const own = watchers.get(workspace) ?? new Set();
      own.add(watcher);
      watchers.set(workspace, own);
      if (timer === undefined) schedule();
      return () => own.delete(watcher);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      for (const watcher of [...watchers.values()].flatMap((own) => [...own])) watcher.end();
      watchers.clear();
    },
  };
}
