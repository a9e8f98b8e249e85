import { createHash } from 'node:crypto';
import { ENQUEUE_LUA, redisErrorCode, SEQUENCE_TTL_SECONDS } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import {
  type EnqueueAnswer,
  type ReplayScriptAnswer,
  readEnqueueAnswer,
  readReplayAnswer,
  type ScriptArguments,
} from './enqueue-write.ts';
import { createClient, type RedisPlace } from './redis-client.ts';
import { REPLAY_LUA } from './spool/replay-script.ts';
import type { ReplayFence } from './spool/replay-target.ts';

/** What the connection tells. */
export interface RedisConnectionEvents {
  onReady(): void;
  onError(error: Error): void;
}

interface Script {
  readonly lua: string;
  readonly sha: string;
}

const ENQUEUE = scriptOf(ENQUEUE_LUA);
const REPLAY = scriptOf(REPLAY_LUA);

function scriptOf(lua: string): Script {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/** How long after an `end` (a client of the caller's that gave up), or after none could be made, a new client is made. */
const REVIVE_MS = 500;

/**
 * All that is asked of Redis. One connection, made at the first write and kept; it never queues and never repeats a command by
 * itself, because the lanes repeat their writes in order.
 */
export class RedisConnection {
  readonly #place: RedisPlace;
  readonly #events: RedisConnectionEvents;
  #client: Redis | undefined;
  #isClosed = false;
  #isHeld = false;
  #isWanted = false;
  #revival: NodeJS.Timeout | undefined;

  constructor(place: RedisPlace, events: RedisConnectionEvents) {
    this.#place = place;
    this.#events = events;
  }

  /** Starts to connect, and goes on trying until `close`. Calling it again does nothing. Never throws. */
  open(): void {
    if (this.#client !== undefined || this.#isClosed) return;
    try {
      this.#open();
    } catch (error) {
      // A function of the host's makes the client, and may throw: no call may notice, and the next try may succeed.
      const wrong = () => new Error('expected a client from the function in `redis`, got a throw', { cause: error });
      this.#events.onError(error instanceof Error ? error : wrong());
      this.#revive();
    }
  }

  #open(): void {
    const client = createClient(this.#place, () => this.#isHeld);
    this.#client = client;
    client.on('error', (error) => this.#events.onError(error));
    client.on('ready', () => this.#becomeReady());
    client.on('end', () => this.#revive());
    if (client.status === 'ready') queueMicrotask(() => this.#becomeReady());
    // The reason of a failed connect comes through `error`, and ioredis tries again.
    else if (client.status === 'wait') client.connect().catch(() => undefined);
  }

  /** Operations wait: the connection is wanted, and keeps the process alive. */
  hold(): void {
    this.#isHeld = true;
    this.#refer();
    this.open();
  }

  /** Nothing waits: the connection stays, but no longer keeps a process alive that has nothing else to do. */
  release(): void {
    this.#isHeld = false;
    this.#refer();
  }

  /** A socket that still connects keeps the process anyway, and would collect a listener for each change of mind. */
  #refer(): void {
    if (!this.isReady) return;
    if (this.#isHeld) this.#client?.stream?.ref?.();
    else this.#client?.stream?.unref?.();
  }

  /** A spool waits for Redis: a lost connection is made anew, but that keeps no process alive. */
  want(isWanted: boolean): void {
    this.#isWanted = isWanted;
    if (isWanted && !this.#isClosed && this.#revival === undefined) this.open();
  }

  get isReady(): boolean {
    return this.#client?.status === 'ready';
  }

  /** Runs the enqueue script once. @throws what ioredis rejects with, see `classifyRedisFailure` */
  async enqueue(args: ScriptArguments): Promise<EnqueueAnswer> {
    return readEnqueueAnswer(await this.#run(ENQUEUE, args));
  }

  /** Runs the enqueue script behind the fence of a replay, see REPLAY_LUA. */
  async replay({ keys, args }: ScriptArguments, fence: ReplayFence): Promise<ReplayScriptAnswer> {
    const { laneCountsKey, laneChanges, expected } = fence;
    const fenced = { keys: [...keys, laneCountsKey], args: [...args, String(laneChanges), String(expected)] };
    return readReplayAnswer(await this.#run(REPLAY, fenced));
  }

  async #run({ sha, lua }: Script, { keys, args }: ScriptArguments): Promise<unknown> {
    const client = this.#ready();
    try {
      return await client.evalsha(sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (redisErrorCode(error) !== 'NOSCRIPT') throw error;
      return client.eval(lua, keys.length, ...keys, ...args);
    }
  }

  /** Redis's time in ms since the epoch. */
  async time(): Promise<number> {
    const [seconds, micros] = await this.#ready().time();
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  }

  async get(key: string): Promise<string | null> {
    return this.#ready().get(key);
  }

  /** The numbers at `keys`; 0 where there is none. */
  async numbers(keys: readonly string[]): Promise<readonly number[]> {
    return (await this.#ready().mget(...keys)).map(Number);
  }

  /** Makes `item` the last of a list that lives as long as sequence keys do, and gives the whole list. */
  async endListWith(key: string, item: string): Promise<readonly string[]> {
    const client = this.#ready();
    const list = await client.lrange(key, 0, -1);
    if (list.at(-1) !== item) {
      await client.rpush(key, item);
      list.push(item);
    }
    await client.expire(key, SEQUENCE_TTL_SECONDS);
    return list;
  }

  /** The text of `INFO memory`; undefined where it can't be read (a missing right, a lost connection). */
  async memory(): Promise<string | undefined> {
    try {
      return await this.#ready().info('memory');
    } catch {
      // Unknown is an answer of its own here; a lost connection is told by its own event.
      return undefined;
    }
  }

  /** Sends what `write` writes as one packet: the lanes' jobs then share one answer's fsync. */
  together(write: () => void): void {
    const stream = this.#client?.stream;
    stream?.cork?.();
    try {
      write();
    } finally {
      stream?.uncork?.();
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#revival);
    this.#client?.disconnect();
  }

  #becomeReady(): void {
    this.#refer();
    this.#events.onReady();
  }

  #ready(): Redis {
    if (this.#client === undefined) throw new Error('expected a connection, there is none yet');
    return this.#client;
  }

  #revive(): void {
    if (this.#isClosed) return;
    this.#client = undefined;
    clearTimeout(this.#revival);
    this.#revival = undefined;
    if (!this.#isHeld && !this.#isWanted) return;
    this.#revival = setTimeout(() => {
      this.#revival = undefined;
      this.open();
    }, REVIVE_MS);
    if (!this.#isHeld) this.#revival.unref();
  }
}
