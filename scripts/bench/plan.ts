/** How much a run of the benchmark measures. */
export interface BenchPlan {
  /** Times that all contenders are measured, in turn. */
  readonly rounds: number;
  /** Events of one measurement: enough for some seconds each. */
  readonly operations: Readonly<Record<ContenderKey, number>>;
  /** Callers at a time; each waits for its answer before the next call. */
  readonly callers: number;
  /** Steady load, to measure latency under. */
  readonly steady: { readonly perSecond: number; readonly seconds: number; readonly repetitions: number };
  /** Times that 100 operations at once are measured. */
  readonly bursts: number;
  /** Operations to fill the queues with, to see what Redis needs for each. */
  readonly fill: number;
  /** Delay of the receiver's answer. */
  readonly receiverLatencyMs: number;
  readonly appendFsync: 'always' | 'everysec';
  /** More environment for the fleet's worker. @defaultValue none */
  readonly workerEnv?: Readonly<Record<string, string>>;
  /** Folder for CPU profiles of senders and workers. @defaultValue none are made */
  readonly profileDir?: string;
}

/** a: the usual pattern · b: ours, packed · c: ours, one operation per job · d: the same batches without a queue. */
export const CONTENDERS = ['a', 'b', 'c', 'd'] as const;

export type ContenderKey = (typeof CONTENDERS)[number];

/** Lanes of the workspace, which is also how many requests of it are in flight. */
export const LANES = 8;

/** Services that a and c share their events among, each with a connection of its own. */
export const SERVICES = 10;

/** Operations enqueued at once in a burst. */
export const BURST_OPERATIONS = 100;

export const FULL_PLAN = {
  rounds: 5,
  operations: { a: 15_000, b: 150_000, c: 60_000, d: 150_000 },
  callers: 1000,
  steady: { perSecond: 1000, seconds: 4, repetitions: 3 },
  bursts: 10,
  fill: 20_000,
  receiverLatencyMs: 20,
  appendFsync: 'always',
} as const satisfies BenchPlan;

/** Half a minute: three rounds, so that worker memory is still seen after 300,000 operations. */
export const QUICK_PLAN = {
  ...FULL_PLAN,
  rounds: 3,
  operations: { a: 4000, b: 100_000, c: 20_000, d: 100_000 },
  steady: { perSecond: 1000, seconds: 2, repetitions: 1 },
  bursts: 5,
  fill: 5000,
} as const satisfies BenchPlan;
