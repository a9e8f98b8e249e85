import { workspaceKeys } from '@cio-fleet/contracts';
import { isLaneCount } from './enqueue-write.ts';
import type { FailureReport } from './failure-report.ts';
import type { LaneSet } from './lane-set.ts';
import { MemoryWatch } from './memory-watch.ts';
import type { ProducerSettings } from './producer-options.ts';
import type { RedisClock } from './redis-clock.ts';
import { RedisConnection } from './redis-connection.ts';
import { classifyRedisFailure, type RedisFailure } from './redis-failure.ts';

/** What the link tells, and whom it teaches. */
export interface RedisLinkOptions {
  readonly settings: ProducerSettings;
  readonly clock: RedisClock;
  readonly lanes: LaneSet;
  readonly report: FailureReport;
  /** A new connection is ready for writes. */
  readonly onPrimed: () => void;
  /** The connection is lost, or none could be made. */
  readonly onLost: () => void;
  /** Redis was full or tight and is not any more. */
  readonly onRoom: () => void;
}

/** Redis as the producer sees it: a connection, what must be known before it is written to, and whether it works. */
export class RedisLink {
  readonly connection: RedisConnection;
  readonly #options: RedisLinkOptions;
  readonly #memory: MemoryWatch;
  #isPrimed = false;
  /** Whether the last thing heard of Redis was trouble. */
  #isFailing = false;

  constructor(options: RedisLinkOptions) {
    this.#options = options;
    const { redisAddress, redis, workspace, redisTimeoutMs } = options.settings;
    this.connection = new RedisConnection(
      { address: redisAddress, redis, workspace, timeoutMs: redisTimeoutMs },
      { onReady: () => void this.#prime(), onError: (error) => this.#lose(error) },
    );
    this.#memory = new MemoryWatch(() => this.connection.memory(), options.onRoom);
  }

  /** Whether it may be written to. */
  get isReady(): boolean {
    return this.#isPrimed && this.connection.isReady;
  }

  /** Whether it has no room for more, whoever filled it. */
  get isFull(): boolean {
    return this.#memory.isFull;
  }

  /** Whether the room that is left is for calls, and spools wait. */
  get isTight(): boolean {
    return this.#memory.isTight;
  }

  /** Whether Redis is fine, as far as is known. */
  get isHopeful(): boolean {
    return !this.#isFailing && !this.#memory.isFull;
  }

  /** So many bytes are being written. */
  noteWrite(bytes: number): void {
    this.#memory.touch(bytes);
  }

  /** Redis took something. */
  noteTaken(): void {
    this.#isFailing = false;
  }

  /** Redis refused, or didn't answer. */
  noteFailure(error: unknown): RedisFailure {
    const kind = classifyRedisFailure(error);
    this.#isFailing = true;
    this.#options.report.redis(error);
    if (kind === 'full') this.#memory.markFull();
    return kind;
  }

  close(): void {
    this.#memory.stop();
    this.connection.close();
  }

  /** Once per connection, before the first write: Redis's time, how many lanes there are, and how full it is. */
  async #prime(): Promise<void> {
    const { settings, clock, lanes: laneSet, onPrimed } = this.#options;
    const sentAtMs = performance.now();
    const [time, lanes, memory] = await Promise.allSettled([
      this.connection.time(),
      this.connection.get(workspaceKeys(settings.workspace).lanes),
      this.connection.memory(),
    ]);
    if (time.status === 'fulfilled') {
      clock.observe({ sentAtMs, receivedAtMs: performance.now(), redisMs: time.value });
    }
    if (lanes.status === 'fulfilled' && isLaneCount(Number(lanes.value))) laneSet.adopt(Number(lanes.value));
    if (memory.status === 'fulfilled') this.#memory.observe(memory.value);
    if (!this.connection.isReady) return;
    this.#isPrimed = true;
    this.#isFailing = false;
    onPrimed();
  }

  #lose(error: Error): void {
    this.#isFailing = true;
    this.#options.report.redis(error);
    this.#options.onLost();
  }
}
