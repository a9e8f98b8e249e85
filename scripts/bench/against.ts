import { createOldTree } from '../rig/old-tree.ts';
import { type Latency, measureLatency, medianLatency } from './latency.ts';
import type { BenchPlan } from './plan.ts';
import { type Stage, type StageSource, startStage } from './stage.ts';
import { median } from './statistics.ts';
import { measureThroughput } from './throughput.ts';

type Which = 'old' | 'new';

interface Round {
  /** Operations per second, packed and one per job. */
  readonly b: number;
  readonly c: number;
  readonly latency: Latency;
}

/** This checkout beside another commit. Ratios are medians of the rounds' own: what else the machine does hits both alike. */
export interface Against {
  readonly commit: string;
  readonly ratios: { readonly b: number; readonly c: number };
  readonly medians: Readonly<Record<Which, { readonly b: number; readonly c: number; readonly latency: Latency }>>;
}

/** How much slower today's may be. */
const MOST_SLOWER = 0.05;

/** Measures the hot path of this checkout and of `commit` in turn, each with a Redis, a receiver and a worker of its own. */
export async function measureAgainst(
  plan: BenchPlan,
  commit: string,
  onProgress: (message: string) => void,
): Promise<Against> {
  const tree = createOldTree(commit);
  const stages: Stage[] = [];
  try {
    const start = async (source?: StageSource): Promise<Stage> => {
      const stage = await startStage(plan, source);
      stages.push(stage);
      return stage;
    };
    const stageOf: Readonly<Record<Which, Stage>> = { old: await start(tree), new: await start() };
    // Neither is measured cold.
    for (const stage of stages) await measureThroughput(stage, plan, { contender: 'b', batchOperations: 1 });
    const rounds: Record<Which, Round>[] = [];
    for (let round = 1; round <= plan.rounds; round += 1) {
      // The first goes first every other time.
      const order: readonly Which[] = round % 2 === 1 ? ['old', 'new'] : ['new', 'old'];
      const figures: Partial<Record<Which, Round>> = {};
      for (const which of order) figures[which] = await measureRound(stageOf[which], plan);
      rounds.push(figures as Record<Which, Round>);
      onProgress(
        `round ${round} of ${plan.rounds}: ${order.map((which) => describe(which, figures[which])).join('; ')}`,
      );
    }
    const ratio = (contender: 'b' | 'c') => median(rounds.map((round) => round.new[contender] / round.old[contender]));
    return {
      commit,
      ratios: { b: ratio('b'), c: ratio('c') },
      medians: { old: mediansOf(rounds.map((round) => round.old)), new: mediansOf(rounds.map((round) => round.new)) },
    };
  } finally {
    for (const stage of stages) await stage.stop();
    tree.remove();
  }
}

/** Whether today's hot path is not slower by more than 5 %. */
export function isUnharmed({ ratios }: Against): boolean {
  return Math.min(ratios.b, ratios.c) >= 1 - MOST_SLOWER;
}

/** The comparison as text. */
export function formatAgainst(against: Against): string {
  const { commit, ratios, medians } = against;
  const line = (name: string, { b, c, latency }: Against['medians']['new']) =>
    `${name.padEnd(12)}  packed ${Math.round(b)}/s, one per job ${Math.round(c)}/s, arrival p50 ${latency.arrival.p50.toFixed(1)} ms, p99 ${latency.arrival.p99.toFixed(1)} ms`;
  return [
    line(commit.slice(0, 12), medians.old),
    line('this', medians.new),
    `${isUnharmed(against) ? 'PASS' : 'FAIL'}  this to ${commit.slice(0, 12)}: packed ${ratios.b.toFixed(3)}, one per job ${ratios.c.toFixed(3)}; bar ${1 - MOST_SLOWER}`,
  ].join('\n');
}

async function measureRound(stage: Stage, plan: BenchPlan): Promise<Round> {
  const b = await measureThroughput(stage, plan, { contender: 'b', batchOperations: 1 });
  const c = await measureThroughput(stage, plan, { contender: 'c', batchOperations: 1 });
  return { b: b.perSecond, c: c.perSecond, latency: await measureLatency(stage, plan, 'b') };
}

function mediansOf(rounds: readonly Round[]): Round {
  return {
    b: median(rounds.map(({ b }) => b)),
    c: median(rounds.map(({ c }) => c)),
    latency: medianLatency(rounds.map(({ latency }) => latency)),
  };
}

function describe(which: Which, round: Round | undefined): string {
  return `${which} ${Math.round(round?.b ?? 0)}/s and ${Math.round(round?.c ?? 0)}/s`;
}
