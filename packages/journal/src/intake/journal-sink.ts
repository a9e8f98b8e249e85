import { setTimeout as delay } from 'node:timers/promises';
import { isErasingRow } from '../erasing-row.ts';
import { encodePack, type PackData } from '../queue/pack.ts';
import { createPackQueue, newPackId } from '../queue/pack-queue.ts';
import type { JournalRow, StoredRow } from '../row.ts';
import { createRowCleaner } from './clean-row.ts';
import { createDropCounter } from './drop-counter.ts';
import {
  JOURNAL_SINK_DEFAULTS,
  type JournalSink,
  type JournalSinkOptions,
  type WriteResult,
} from './journal-sink-options.ts';
import { createRowBuffer } from './row-buffer.ts';

/** Pause after Redis refused a pack, in ms; meanwhile rows collect in memory. */
const RETRY_MS = 500;
const STOP_TIMEOUT_MS = 2_000;

type Push = 'queued' | 'full' | 'stopped';

interface Part {
  readonly rows: readonly StoredRow[];
  /** Whether it goes to a full queue, too. */
  readonly mayExceed: boolean;
}

interface MadePack extends Part {
  readonly pack: PackData;
}

async function encodePart(part: Part): Promise<MadePack> {
  return { ...part, pack: await encodePack(part.rows) };
}

/** Creates the way into the journal: rows collect in memory, go as packs to a queue in Redis, and a writer stores them. */
export function createJournalSink(options: JournalSinkOptions): JournalSink {
  const settings = { ...JOURNAL_SINK_DEFAULTS, ...options };
  const { redis, workspace, logger, flushRows, flushMs } = settings;
  const queue = createPackQueue({ redis, workspace, maxBytes: settings.maxQueuedBytes });
  const clean = createRowCleaner(settings);
  const drops = createDropCounter(logger, settings.onDropped);
  const buffer = createRowBuffer({ maxRows: settings.maxBufferedRows, maxBytes: settings.maxBufferedBytes }, (row) =>
    drops.count(row, 'buffer-full'),
  );
  let recorded = 0;
  let queued = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isHurried = false;
  const stopping = new AbortController();
  let inHand: readonly Pick<JournalRow, 'outcome'>[] = [];

  function cleanAll(rows: readonly JournalRow[]): StoredRow[] {
    const cleaned: StoredRow[] = [];
    for (const row of rows) {
      try {
        cleaned.push(clean(row));
      } catch {
        drops.count(row, 'unreadable'); // a payload whose own code throws costs only itself
      }
    }
    return cleaned;
  }

  async function push({ pack, mayExceed }: MadePack): Promise<Push> {
    const id = newPackId();
    for (;;) {
      if (stopping.signal.aborted) return 'stopped';
      try {
        return await queue.push(id, pack, mayExceed);
      } catch (error) {
        logger.warn({ err: error }, 'Redis does not take a pack of the journal');
        await pause(RETRY_MS);
      }
    }
  }

  /** Packs of rows, those that erase by themselves and first: they go even where the queue is full, and nothing else does. */
  function partsOf(rows: readonly StoredRow[]): Part[] {
    const parts: Part[] = [];
    for (const [mayExceed, some] of [
      [true, rows.filter(isErasingRow)],
      [false, rows.filter((row) => !isErasingRow(row))],
    ] as const) {
      for (let from = 0; from < some.length; from += flushRows) {
        parts.push({ rows: some.slice(from, from + flushRows), mayExceed });
      }
    }
    return parts;
  }

  /** A wait that ends early when somebody is in a hurry to end. */
  const pause = (ms: number) => delay(ms, undefined, { signal: stopping.signal }).catch(() => undefined);

  async function sendBuffered(): Promise<void> {
    while (buffer.rows > 0 && !stopping.signal.aborted) {
      if (!isHurried) await settings.turn?.();
      const startedAtMs = performance.now();
      const usageBefore = process.threadCpuUsage();
      const parts = partsOf(cleanAll(buffer.take(flushRows)));
      inHand = parts.flatMap(({ rows }) => rows);
      const packing = Promise.all(parts.map(encodePart));
      // Not by the clock: on a busy machine it would count what others do. Compression runs on a thread of its own.
      const { user, system } = process.threadCpuUsage(usageBefore);
      const busyMs = (user + system) / 1_000;
      for (const pack of await packing) {
        const result = await push(pack);
        // Those that the stop gave up on were counted there.
        if (result === 'stopped') return;
        if (result === 'full') for (const row of pack.rows) drops.count(row, 'queue-full');
        else queued += pack.rows.length;
        inHand = inHand.slice(pack.rows.length);
      }
      const restMs = busyMs / settings.maxCpuShare - (performance.now() - startedAtMs);
      if (restMs > 1 && !isHurried) await pause(restMs);
      if (!isHurried && buffer.rows < flushRows) return;
    }
  }

  function send(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    running ??= sendBuffered().finally(() => {
      running = undefined;
      if (buffer.rows > 0) schedule();
    });
    return running;
  }

  function schedule(): void {
    if (stopping.signal.aborted || running !== undefined) return;
    if (buffer.rows >= flushRows) {
      // Not in this turn: `record` is called in the way of delivery.
      timer ??= setTimeout(() => void send(), 0);
      return;
    }
    timer ??= setTimeout(() => void send(), flushMs);
  }

  async function writeAll(rows: readonly JournalRow[], onSent?: () => void): Promise<WriteResult> {
    const cleaned = cleanAll(rows);
    if (cleaned.length < rows.length) return { queued: false, reason: 'unreadable' };
    const packs = await Promise.all(partsOf(cleaned).map(encodePart));
    // Each is on its way when `push` has returned its promise.
    const pushes = packs.map(push);
    onSent?.();
    const results = await Promise.all(pushes);
    for (const [index, result] of results.entries()) if (result === 'queued') queued += packs[index]?.rows.length ?? 0;
    const refused = results.find((result) => result !== 'queued');
    return refused === undefined ? { queued: true } : { queued: false, reason: refused };
  }

  return {
    record(row) {
      recorded += 1;
      if (stopping.signal.aborted) {
        drops.count(row, 'stopped');
        return;
      }
      buffer.push(row);
      if (timer === undefined || buffer.rows === flushRows) hasten();
    },
    room: () => Math.max(0, settings.maxBufferedRows - buffer.rows),
    shed(outcome, rows) {
      if (rows === 0) return;
      recorded += rows;
      drops.count({ outcome }, 'buffer-full', rows);
    },
    async write(rows, { onSent } = {}) {
      if (stopping.signal.aborted) return { queued: false, reason: 'stopped' };
      recorded += rows.length;
      const overdue = new AbortController();
      const timeout = delay(settings.writeTimeoutMs, { queued: false, reason: 'unavailable' } as const, {
        signal: overdue.signal,
      });
      try {
        return await Promise.race([writeAll(rows, onSent), timeout]);
      } catch (error) {
        logger.error({ err: error }, 'the journal could not write');
        return { queued: false, reason: 'unavailable' };
      } finally {
        overdue.abort();
        timeout.catch(() => undefined);
      }
    },
    async flush() {
      await flushAll();
    },
    async stop({ timeoutMs = STOP_TIMEOUT_MS } = {}) {
      if (stopping.signal.aborted) return;
      const overdue = new AbortController();
      const timeout = delay(timeoutMs, undefined, { signal: overdue.signal }).catch(() => undefined);
      await Promise.race([flushAll(), timeout]);
      overdue.abort();
      clearTimeout(timer);
      stopping.abort();
      for (const row of [...inHand, ...buffer.take(Number.POSITIVE_INFINITY)]) drops.count(row, 'stopped');
    },
    stats: () => ({
      recorded,
      queued,
      buffered: buffer.rows,
      bufferedBytes: buffer.bytes,
      dropped: { ...drops.totals },
    }),
  };

  function hasten(): void {
    if (buffer.rows >= flushRows && timer !== undefined) {
      clearTimeout(timer);
      timer = undefined;
    }
    schedule();
  }

  async function flushAll(): Promise<void> {
    isHurried = true;
    try {
      while ((buffer.rows > 0 || running !== undefined) && !stopping.signal.aborted) await send();
    } finally {
      isHurried = false;
    }
  }
}
