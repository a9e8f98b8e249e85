import { availableParallelism } from 'node:os';
import { type Bar, barsOf } from './bars.ts';
import { type Burst, type Latency, measureBursts, measureLatency } from './latency.ts';
import { type BenchPlan, CONTENDERS, type ContenderKey } from './plan.ts';
import { measureRedisMemory, type RedisBytes } from './redis-memory.ts';
import { type Stage, startStage } from './stage.ts';
import { median } from './statistics.ts';
import { measureThroughput, type Throughput } from './throughput.ts';

/** The machine and the settings that the figures belong to. */
export interface Conditions {
  readonly date: string;
  readonly cores: number;
  readonly node: string;
  readonly redis: string;
  readonly appendFsync: string;
  readonly receiverLatencyMs: number;
  readonly rounds: number;
  readonly callers: number;
}

/** Resident memory of the fleet's worker after so many operations. */
export interface MemorySample {
  readonly operations: number;
  readonly residentBytes: number;
}

/** All figures. */
export interface Figures {
  readonly conditions: Conditions;
  /** Medians over the rounds. */
  readonly throughput: Readonly<Record<ContenderKey, Throughput>>;
  /** Medians of the rounds' ratios. */
  readonly ratios: Readonly<Record<'bToA' | 'cToA' | 'bToD', number>>;
  readonly latency: Readonly<Record<'a' | 'b', Latency>>;
  readonly burst: Readonly<Record<'a' | 'b', Burst>>;
  readonly redisBytes: RedisBytes;
  /** From before the first operation on. */
  readonly workerMemory: readonly MemorySample[];
}

export interface BenchReport extends Figures {
  readonly bars: readonly Bar[];
}

/** What a run tells while it goes on. */
export type OnProgress = (message: string) => void;

type Round = Readonly<Record<ContenderKey, Throughput>>;

/** Runs the whole benchmark. @throws Error when something can't be measured */
export async function runBench(plan: BenchPlan, onProgress: OnProgress = () => {}): Promise<BenchReport> {
  onProgress('starting Redis, the receiver, senders and workers');
  const stage = await startStage(plan);
  try {
    const { residentBytes } = await stage.workers.fleet();
    const workerMemory: MemorySample[] = [{ operations: 0, residentBytes }];
    const rounds: Round[] = [];
    for (let round = 1; round <= plan.rounds; round += 1) {
      rounds.push(await runRound(stage, plan, workerMemory));
      onProgress(`round ${round} of ${plan.rounds}: ${describeRound(rounds.at(-1) as Round)}`);
    }
    onProgress(`steady load of ${plan.steady.perSecond}/s, and bursts`);
    const latency = { a: await measureLatency(stage, plan, 'a'), b: await measureLatency(stage, plan, 'b') };
    const burst = { a: await measureBursts(stage, plan, 'a'), b: await measureBursts(stage, plan, 'b') };
    onProgress('memory of waiting operations');
    const figures: Figures = {
      conditions: await conditionsOf(stage, plan),
      throughput: mediansOf(rounds),
      ratios: {
        bToA: median(rounds.map(({ a, b }) => b.perSecond / a.perSecond)),
        cToA: median(rounds.map(({ a, c }) => c.perSecond / a.perSecond)),
        bToD: median(rounds.map(({ b, d }) => b.perSecond / d.perSecond)),
      },
      latency,
      burst,
      redisBytes: await measureRedisMemory(stage, plan),
      workerMemory,
    };
    return { ...figures, bars: barsOf(figures) };
  } finally {
    await stage.stop();
  }
}

/** All contenders close together, so that what else the machine does hits them alike. */
async function runRound(stage: Stage, plan: BenchPlan, workerMemory: MemorySample[]): Promise<Round> {
  const round: Partial<Record<ContenderKey, Throughput>> = {};
  for (const contender of CONTENDERS) {
    const batchOperations = round.b?.operationsPerRequest ?? 1;
    round[contender] = await measureThroughput(stage, plan, { contender, batchOperations });
    if (contender !== 'b' && contender !== 'c') continue;
    const { residentBytes } = await stage.workers.fleet();
    const before = workerMemory.at(-1)?.operations ?? 0;
    workerMemory.push({ operations: before + plan.operations[contender], residentBytes });
  }
  return round as Round;
}

function mediansOf(rounds: readonly Round[]): Round {
  const of = (contender: ContenderKey, figure: keyof Throughput) =>
    median(rounds.map((round) => round[contender][figure]));
  const throughput = (contender: ContenderKey): Throughput => ({
    perSecond: of(contender, 'perSecond'),
    acceptedPerSecond: of(contender, 'acceptedPerSecond'),
    cpuMicros: of(contender, 'cpuMicros'),
    redisMicros: of(contender, 'redisMicros'),
    operationsPerRequest: of(contender, 'operationsPerRequest'),
    repeats: of(contender, 'repeats'),
  });
  return { a: throughput('a'), b: throughput('b'), c: throughput('c'), d: throughput('d') };
}

function describeRound(round: Round): string {
  return CONTENDERS.map((contender) => `${contender} ${Math.round(round[contender].perSecond)}/s`).join(', ');
}

async function conditionsOf({ client }: Stage, plan: BenchPlan): Promise<Conditions> {
  const server = await client.info('server');
  return {
    date: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    node: process.version,
    redis: /redis_version:(\S+)/.exec(server)?.[1] ?? 'unknown',
    appendFsync: plan.appendFsync,
    receiverLatencyMs: plan.receiverLatencyMs,
    rounds: plan.rounds,
    callers: plan.callers,
  };
}
