import { availableParallelism, loadavg } from 'node:os';
import { barsOf } from './bars.ts';
import { type Latency, measureBursts, measureFloor, measureLatency, medianLatency } from './latency.ts';
import { type BenchPlan, CONTENDERS, type ContenderKey } from './plan.ts';
import { measureRedisMemory } from './redis-memory.ts';
import type { BenchReport, Conditions, Figures, MemorySample } from './report.ts';
import { type Stage, startStage } from './stage.ts';
import { median } from './statistics.ts';
import { measureThroughput, type Throughput } from './throughput.ts';

/** What a run tells while it goes on. */
export type OnProgress = (message: string) => void;

type Round = Readonly<Record<ContenderKey, Throughput>>;

/** Runs the whole benchmark. @throws Error when something can't be measured */
export async function runBench(plan: BenchPlan, onProgress: OnProgress = () => {}): Promise<BenchReport> {
  const loadAverage = loadavg()[0] ?? 0;
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
    const latencies: Record<'a' | 'b', Latency[]> = { a: [], b: [] };
    for (let repetition = 0; repetition < plan.steady.repetitions; repetition += 1) {
      latencies.a.push(await measureLatency(stage, plan, 'a'));
      latencies.b.push(await measureLatency(stage, plan, 'b'));
    }
    const floor = await measureFloor(stage.client);
    const burst = { a: await measureBursts(stage, plan, 'a'), b: await measureBursts(stage, plan, 'b') };
    onProgress('memory of waiting operations');
    const figures: Figures = {
      conditions: await conditionsOf(stage, plan, loadAverage),
      throughput: mediansOf(rounds),
      ratios: {
        bToA: median(rounds.map(({ a, b }) => b.perSecond / a.perSecond)),
        cToA: median(rounds.map(({ a, c }) => c.perSecond / a.perSecond)),
        bToD: median(rounds.map(({ b, d }) => b.perSecond / d.perSecond)),
      },
      latency: { a: medianLatency(latencies.a), b: medianLatency(latencies.b) },
      floor,
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

async function conditionsOf({ client }: Stage, plan: BenchPlan, loadAverage: number): Promise<Conditions> {
  const server = await client.info('server');
  return {
    date: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    loadAverage,
    node: process.version,
    redis: /redis_version:(\S+)/.exec(server)?.[1] ?? 'unknown',
    appendFsync: plan.appendFsync,
    receiverLatencyMs: plan.receiverLatencyMs,
    rounds: plan.rounds,
    callers: plan.callers,
  };
}
