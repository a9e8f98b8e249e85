import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { workspaceKeys } from '@cio-fleet/contracts';
import { waitFor } from '@cio-fleet/testkit';
import { type JournalRows, openJournalRows } from '../rig/journal-rows.ts';
import type { OnProgress } from './bench.ts';
import type { BenchPlan } from './plan.ts';
import type { Received } from './roles/receiver.ts';
import type { SteadyOrder, SteadyResult } from './serve-sender.ts';
import { type Stage, startStage } from './stage.ts';
import { median, percentile } from './statistics.ts';
import { measureThroughput } from './throughput.ts';

/** Operations a second of the steady load. */
const STEADY_PER_SECOND = 5_000;
const PATIENCE_MS = 120_000;

/** What one worker does, with or without a journal. */
export interface JournalCostFigures {
  /** Delivered per second from the first call to the last arrival, of 5,000/s sent. */
  readonly steadyPerSecond: number;
  /** From the call to the arrival, under the steady load, in ms. */
  readonly arrivalP50Ms: number;
  readonly arrivalP99Ms: number;
  /** As fast as it goes. */
  readonly fullPerSecond: number;
  /** CPU time of sender and worker, at full load, in microseconds per operation. */
  readonly fullCpuMicros: number;
  /** Operations that have a row in the end, of those of each load: 1 is all; what a journal sheds costs nothing. 1 without one. */
  readonly steadyKept: number;
  readonly fullKept: number;
}

export interface JournalCost {
  readonly off: JournalCostFigures;
  readonly on: JournalCostFigures;
  /** Medians of the rounds' own ratios, on to off: what else the machine does hits both alike. */
  readonly steadyRatio: number;
  readonly fullRatio: number;
}

/** Measures delivery with the journal on and off, in turn, in one run; the worker is deliverer and writer. */
export async function measureJournalCost(plan: BenchPlan, onProgress: OnProgress = () => {}): Promise<JournalCost> {
  const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-bench-'));
  const stages: Stage[] = [];
  const rows = openJournalRows({ kind: 'sqlite', folder });
  try {
    const off = await startStage(plan);
    stages.push(off);
    const on = await startStage({ ...plan, workerEnv: { JOURNAL_DIR: folder } });
    stages.push(on);
    // Neither is measured cold.
    for (const stage of stages) await measureThroughput(stage, plan, { contender: 'b', batchOperations: 1 });
    await written(on, rows);
    const rounds: { off: JournalCostFigures; on: JournalCostFigures }[] = [];
    for (let round = 1; round <= plan.rounds; round += 1) {
      // The first goes first every other time.
      const figures: Partial<Record<'off' | 'on', JournalCostFigures>> = {};
      for (const which of round % 2 === 1 ? (['off', 'on'] as const) : (['on', 'off'] as const)) {
        figures[which] = await measure(which === 'on' ? on : off, plan, which === 'on' ? rows : undefined);
        onProgress(`round ${round} of ${plan.rounds}, journal ${which}: ${JSON.stringify(rounded(figures[which]))}`);
      }
      rounds.push(figures as (typeof rounds)[number]);
    }
    return {
      off: mediansOf(rounds.map((round) => round.off)),
      on: mediansOf(rounds.map((round) => round.on)),
      steadyRatio: median(rounds.map((round) => round.on.steadyPerSecond / round.off.steadyPerSecond)),
      fullRatio: median(rounds.map((round) => round.on.fullPerSecond / round.off.fullPerSecond)),
    };
  } finally {
    for (const stage of stages) await stage.stop();
    await rows.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function measure(stage: Stage, plan: BenchPlan, rows: JournalRows | undefined): Promise<JournalCostFigures> {
  const before = (await rows?.count('delivered')) ?? 0;
  const steady = await measureSteady(stage, plan);
  const between = await written(stage, rows);
  const full = await measureThroughput(stage, plan, { contender: 'b', batchOperations: 1 });
  // Else a backlog would be written while the other one is measured, and make that one look slow.
  const after = await written(stage, rows);
  return {
    ...steady,
    fullPerSecond: full.perSecond,
    fullCpuMicros: full.cpuMicros,
    steadyKept: rows === undefined ? 1 : (between - before) / (STEADY_PER_SECOND * plan.steady.seconds),
    fullKept: rows === undefined ? 1 : (after - between) / plan.operations.b,
  };
}

async function measureSteady(
  { receiver, senders, isFleetIdle }: Stage,
  plan: BenchPlan,
): Promise<Pick<JournalCostFigures, 'steadyPerSecond' | 'arrivalP50Ms' | 'arrivalP99Ms'>> {
  const operations = STEADY_PER_SECOND * plan.steady.seconds;
  await receiver.call('expect', operations);
  const order = { operations, perSecond: STEADY_PER_SECOND } satisfies SteadyOrder;
  const { calledAtMs } = await senders.packed.call<SteadyResult>('steady', order);
  await receiver.call<Received>('received', PATIENCE_MS);
  const arrivedAtMs = await receiver.call<Float64Array>('arrivals');
  await waitFor(isFleetIdle, { timeoutMs: PATIENCE_MS, intervalMs: 10, description: 'nothing to wait' });
  const tookMs = Array.from(calledAtMs, (calledMs, n) => (arrivedAtMs[n] ?? Number.NaN) - calledMs);
  const lastMs = arrivedAtMs.reduce((last, atMs) => Math.max(last, atMs), 0);
  return {
    steadyPerSecond: (operations * 1_000) / (lastMs - (calledAtMs[0] ?? Number.NaN)),
    arrivalP50Ms: percentile(tookMs, 0.5),
    arrivalP99Ms: percentile(tookMs, 0.99),
  };
}

/** Waits until the journal has written what it will write: memory, queue and writer are empty. @returns its rows */
async function written({ client }: Stage, rows: JournalRows | undefined): Promise<number> {
  if (rows === undefined) return 0;
  const untilMs = performance.now() + PATIENCE_MS;
  for (let before = -1; ; ) {
    const count = await rows.count('delivered');
    const queued = Number((await client.hget(workspaceKeys('default').journal, 'bytes')) ?? 0);
    if ((count === before && queued === 0) || performance.now() > untilMs) return count;
    before = count;
    await delay(1_000);
  }
}

function mediansOf(rounds: readonly JournalCostFigures[]): JournalCostFigures {
  const of = (figure: keyof JournalCostFigures) => median(rounds.map((round) => round[figure]));
  return {
    steadyPerSecond: of('steadyPerSecond'),
    arrivalP50Ms: of('arrivalP50Ms'),
    arrivalP99Ms: of('arrivalP99Ms'),
    fullPerSecond: of('fullPerSecond'),
    fullCpuMicros: of('fullCpuMicros'),
    steadyKept: of('steadyKept'),
    fullKept: of('fullKept'),
  };
}

function rounded(figures: JournalCostFigures): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value * 1_000) / 1_000]));
}

/** The comparison as text, with what is asked of it. */
export function formatJournalCost({ off, on, steadyRatio, fullRatio }: JournalCost): string {
  const line = (
    name: string,
    { steadyPerSecond, arrivalP50Ms, arrivalP99Ms, fullPerSecond, ...kept }: JournalCostFigures,
  ) =>
    `journal ${name.padEnd(3)}  ${Math.round(steadyPerSecond)}/s of ${STEADY_PER_SECOND}/s, arrival p50 ${Math.round(arrivalP50Ms)} ms, p99 ${Math.round(arrivalP99Ms)} ms · full load ${Math.round(fullPerSecond)}/s · rows kept ${percent(kept.steadyKept)} and ${percent(kept.fullKept)}`;
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const bar = (isMet: boolean, text: string) => `${isMet ? 'PASS' : 'FAIL'}  ${text}`;
  return [
    line('off', off),
    line('on', on),
    bar(
      on.steadyKept >= 0.999,
      `at ${STEADY_PER_SECOND}/s: ${percent(on.steadyKept)} of the operations have their row, bar 99.9 %`,
    ),
    bar(steadyRatio >= 0.95, `at ${STEADY_PER_SECOND}/s: ${steadyRatio.toFixed(3)} of the rate without it, bar 0.95`),
    bar(fullRatio >= 0.85, `at full load: ${fullRatio.toFixed(3)}, bar 0.85`),
  ].join('\n');
}
