import type { Bar } from './bars.ts';
import type { Burst, Latency, Spread } from './latency.ts';
import type { ContenderKey } from './plan.ts';
import type { RedisBytes } from './redis-memory.ts';
import type { Throughput } from './throughput.ts';

/** The machine and the settings that the figures belong to. */
export interface Conditions {
  readonly date: string;
  readonly cores: number;
  /** What else ran: the load average of the minute before. 0 on systems that have none. */
  readonly loadAverage: number;
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
  /** One durable SET after the other, in ms: no accepted operation can be faster than this machine's Redis and disk. */
  readonly floor: Spread;
  readonly burst: Readonly<Record<'a' | 'b', Burst>>;
  readonly redisBytes: RedisBytes;
  /** From before the first operation on. */
  readonly workerMemory: readonly MemorySample[];
}

export interface BenchReport extends Figures {
  readonly bars: readonly Bar[];
}
