import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OnProgress } from './bench.ts';
import { measureLatency } from './latency.ts';
import type { BenchPlan } from './plan.ts';
import { type Stage, startStage } from './stage.ts';
import { median } from './statistics.ts';
import { measureThroughput } from './throughput.ts';

/** Operations a second of the steady load. */
const STEADY_PER_SECOND = 5_000;

/** What one worker does, with or without a journal. */
export interface JournalCostFigures {
  /** Delivered per second, of 5,000/s sent. */
  readonly steadyPerSecond: number;
  /** From the call to the arrival, under the steady load, in ms. */
  readonly arrivalP50Ms: number;
  readonly arrivalP99Ms: number;
  /** As fast as it goes. */
  readonly fullPerSecond: number;
  /** CPU time of sender and worker, at full load, in microseconds per operation. */
  readonly fullCpuMicros: number;
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
  try {
    const off = await startStage(plan);
    stages.push(off);
    const on = await startStage({ ...plan, workerEnv: { JOURNAL_DIR: folder } });
    stages.push(on);
    const rounds: { off: JournalCostFigures; on: JournalCostFigures }[] = [];
    for (let round = 1; round <= plan.rounds; round += 1) {
      // The first goes first every other time.
      const figures: Partial<Record<'off' | 'on', JournalCostFigures>> = {};
      for (const which of round % 2 === 1 ? (['off', 'on'] as const) : (['on', 'off'] as const)) {
        figures[which] = await measure(which === 'on' ? on : off, plan);
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
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function measure(stage: Stage, plan: BenchPlan): Promise<JournalCostFigures> {
  const steadyPlan = { ...plan, steady: { ...plan.steady, perSecond: STEADY_PER_SECOND } };
  const { seconds } = steadyPlan.steady;
  const latency = await measureLatency(stage, steadyPlan, 'b');
  const full = await measureThroughput(stage, plan, { contender: 'b', batchOperations: 1 });
  return {
    // The last ones arrive after the end of the load: that is how a backlog shows.
    steadyPerSecond: (STEADY_PER_SECOND * seconds) / (seconds + latency.arrival.p99 / 1_000),
    arrivalP50Ms: latency.arrival.p50,
    arrivalP99Ms: latency.arrival.p99,
    fullPerSecond: full.perSecond,
    fullCpuMicros: full.cpuMicros,
  };
}

function mediansOf(rounds: readonly JournalCostFigures[]): JournalCostFigures {
  const of = (figure: keyof JournalCostFigures) => median(rounds.map((round) => round[figure]));
  return {
    steadyPerSecond: of('steadyPerSecond'),
    arrivalP50Ms: of('arrivalP50Ms'),
    arrivalP99Ms: of('arrivalP99Ms'),
    fullPerSecond: of('fullPerSecond'),
    fullCpuMicros: of('fullCpuMicros'),
  };
}

function rounded(figures: JournalCostFigures): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value)]));
}

/** The comparison as text, with what is asked of it. */
export function formatJournalCost({ off, on, steadyRatio, fullRatio }: JournalCost): string {
  const line = (name: string, { steadyPerSecond, arrivalP50Ms, arrivalP99Ms, fullPerSecond }: JournalCostFigures) =>
    `journal ${name.padEnd(3)}  ${Math.round(steadyPerSecond)}/s of ${STEADY_PER_SECOND}/s, arrival p50 ${Math.round(arrivalP50Ms)} ms, p99 ${Math.round(arrivalP99Ms)} ms · full load ${Math.round(fullPerSecond)}/s`;
  const bar = (isMet: boolean, text: string) => `${isMet ? 'PASS' : 'FAIL'}  ${text}`;
  return [
    line('off', off),
    line('on', on),
    bar(steadyRatio >= 0.95, `at ${STEADY_PER_SECOND}/s: ${steadyRatio.toFixed(3)} of the rate without it, bar 0.95`),
    bar(fullRatio >= 0.85, `at full load: ${fullRatio.toFixed(3)}, bar 0.85`),
  ].join('\n');
}
