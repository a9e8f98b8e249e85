import { mkdtempSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { Replayer } from '../src/spool/replayer.ts';
import { NODE_DISK } from '../src/spool/spool-disk.ts';
import { SpoolFolder } from '../src/spool/spool-folder.ts';
import type { SpoolLog } from '../src/spool/spool-log.ts';
import { type Fate, ModelRedis } from './fixtures/spool/model-redis.ts';
import { spoolable } from './fixtures/spool/records.ts';

/** A step of a run. Everything else goes on by itself in between. */
type Step =
  | { readonly kind: 'append'; readonly count: number }
  | { readonly kind: 'fates'; readonly fates: readonly Fate[] }
  | { readonly kind: 'land' | 'copy' | 'put back' | 'crash' | 'turn' }
  | { readonly kind: 'lanes'; readonly lanes: number };

const fate = fc.constantFrom<Fate>('answered', 'answered', 'answer lost', 'late', 'refused');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 9 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('fates' as const),
      fates: fc.array(fate, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('land' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('turn' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('copy' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('put back' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lanes' as const), lanes: fc.integer({ min: 2, max: 6 }) }) },
);

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** One producer after the other on one folder, with one Redis. */
class Run {
  readonly redis: ModelRedis;
  readonly #folder = mkdtempSync(join(tmpdir(), 'cio-fleet-model-'));
  #fates: Fate[] = [];
  #spool: SpoolFolder | undefined;
  #logs: readonly SpoolLog[] = [];
  #replayer: Replayer | undefined;
  #jobOperations = 3;
  appended = 0;

  constructor(hasFence: boolean) {
    folders.push(this.#folder);
    this.redis = new ModelRedis({ hasFence, nextFate: () => this.#fates.shift() ?? 'answered' });
  }

  async start(): Promise<void> {
    this.#spool = new SpoolFolder({ disk: NODE_DISK, folder: this.#folder, segmentBytes: 1_500 });
    this.#logs = await this.#spool.open();
    // The next one packs otherwise.
    this.#jobOperations = (this.#jobOperations % 5) + 1;
    this.#replayer = new Replayer(
      {
        target: this.redis,
        jobLimits: { maxOperations: this.#jobOperations, maxBytes: 100_000 },
        retainMs: 3_600_000,
        onProgress: () => undefined,
        // As after a reconnect: at once, not after a pause.
        onRedisError: () => this.#replayer?.resync(),
        onDiskError: (error) => {
          throw error;
        },
        onDamage: (path) => {
          throw new Error(`damaged: ${path}`);
        },
      },
      this.#logs,
    );
  }

  /** As a kill does: writes that are in flight stay in flight, everything in memory is gone. */
  async crash(): Promise<void> {
    this.#replayer?.stop();
    for (const log of this.#logs) await log.close();
    await this.#spool?.release();
    await this.start();
  }

  async take(one: Step): Promise<void> {
    if (one.kind === 'append') await this.#append(one.count);
    else if (one.kind === 'fates') this.#fates.push(...one.fates);
    else if (one.kind === 'land') this.redis.landLate();
    else if (one.kind === 'copy') this.redis.copy();
    else if (one.kind === 'lanes') this.redis.setLanes(one.lanes);
    else if (one.kind === 'crash') await this.crash();
    else if (one.kind === 'put back') {
      this.redis.putBack();
      this.#replayer?.resync();
    }
    await this.turn(2);
  }

  async #append(count: number): Promise<void> {
    const records = Array.from({ length: count }, () => spoolable(this.appended++));
    const place = await (this.#logs.at(-1) as SpoolLog).append(records);
    this.#replayer?.appended(
      records.map((record, offset) => ({ ...record, index: place.firstIndex + offset })),
      place,
    );
  }

  async turn(times: number): Promise<void> {
    for (let count = 0; count < times; count += 1) {
      this.#replayer?.turn();
      // Behind what the replay reads, more or less.
      await stat(this.#folder);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #drain(): Promise<void> {
    this.#replayer?.resync();
    const untilMs = performance.now() + 10_000;
    // Whether Redis came back with less is known only once it was asked.
    do await this.turn(10);
    while ((this.#replayer?.open ?? 0) > 0 && performance.now() < untilMs);
  }

  /** Lets everything end: no more faults, but for late writes. */
  async end(): Promise<void> {
    this.#fates = [];
    await this.#drain();
    for (let count = 0; count < 20; count += 1) this.redis.landLate();
    await this.#drain();
    expect(this.#replayer?.open).toBe(0);
    this.#replayer?.stop();
    for (const log of this.#logs) await log.close();
  }

  /** What is wrong with what Redis has in the end. */
  faults(): readonly string[] {
    const numbers = this.redis.taken.map(({ tail, laneKey }) => ({ laneKey, n: Number(/"n":(\d+)/.exec(tail)?.[1]) }));
    const found: string[] = [];
    const seen = new Set(numbers.map(({ n }) => n));
    if (seen.size !== numbers.length) found.push('repeated');
    if (seen.size !== this.appended) found.push('lost');
    const last = new Map<string, number>();
    for (const { laneKey, n } of numbers) {
      if (n < (last.get(laneKey) ?? -1)) found.push('out of order');
      last.set(laneKey, n);
    }
    return found;
  }
}

async function play(steps: readonly Step[], hasFence: boolean): Promise<readonly string[]> {
  const run = new Run(hasFence);
  await run.start();
  for (const one of steps) await run.take(one);
  await run.end();
  return run.faults();
}

const steps = fc.array(step, { minLength: 5, maxLength: 40 });

it('takes each record to Redis once and in order, whatever is lost, late, put back or killed', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (run) => {
      expect(await play(run, true)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

it('finds repeats when the fence is left out: the test above can fail', { timeout: 120_000 }, async () => {
  const outcome = await fc.check(
    fc.asyncProperty(steps, async (run) => (await play(run, false)).length === 0),
    { numRuns: 2_000, endOnFailure: true },
  );
  expect(outcome.failed).toBe(true);
});
