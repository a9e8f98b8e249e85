import { laneOf } from '@cio-fleet/contracts';
import { deadLetterAddress, fallbackAddress, laneAddress, parkedAddresses } from '../../src/queue-address.ts';
import { ModelRedis } from './model-redis.ts';
import type { Mutation } from './mutation.ts';
import { createRandom, type Random } from './random.ts';
import { createReceiver, type Receiver } from './receiver.ts';

/** Everything of one run, seen by all its parts. */
export interface World {
  readonly random: Random;
  readonly redis: ModelRedis;
  readonly courier: Receiver;
  readonly mutation: Mutation | undefined;
  readonly lanes: number;
  /** Persons by lane. */
  readonly persons: readonly (readonly string[])[];
  step: number;
  /** From here on nothing goes wrong any more. */
  isCalm: boolean;
  readonly violations: string[];
  /** Operations that were dead-lettered at any time, also where a rollback took that back: they are late by nature. */
  readonly condemned: Set<string>;
  /** Operations that a brake discarded at any time. */
  readonly discarded: Set<string>;
  /** How often the sides of parked changed places. */
  turns: number;
  readonly now: () => number;
  /** Whether something goes wrong now that has this probability. */
  trouble(probability: number): boolean;
  violation(text: string): void;
  say(line: string): void;
}

export const WORKSPACE = 'model';
const LANES = 2;

export interface WorldOptions {
  readonly seed: number;
  readonly personsPerLane: number;
  readonly mutation?: Mutation | undefined;
  readonly trace?: string[] | undefined;
}

export function createWorld({ seed, personsPerLane, mutation, trace }: WorldOptions): World {
  const random = createRandom(seed);
  const lanes = Array.from({ length: LANES }, (_, index) => laneAddress(WORKSPACE, index));
  const redis = new ModelRedis([
    ...lanes,
    fallbackAddress(WORKSPACE),
    ...parkedAddresses(WORKSPACE),
    deadLetterAddress(WORKSPACE),
  ]);
  const courier = createReceiver({
    random,
    isCalm: () => world.isCalm,
    step: () => world.step,
    isLocked: (token, queueName) => {
      const { active } = redis.queue(queueName);
      return active !== undefined && redis.locked(queueName, active, token) !== undefined;
    },
  });
  const world: World = {
    random,
    redis,
    courier,
    mutation,
    lanes: LANES,
    persons: lanes.map((_, lane) => personsOfLane(lane, personsPerLane)),
    step: 0,
    isCalm: false,
    violations: [],
    condemned: new Set(),
    discarded: new Set(),
    turns: 0,
    now: () => 1_800_000_000_000 + world.step,
    trouble: (probability) => !world.isCalm && random.chance(probability),
    violation: (text) => {
      world.violations.push(text);
      world.say(`!!! ${text}`);
    },
    say: (line) => trace?.push(`${world.step} ${line}`),
  };
  return world;
}

function personsOfLane(lane: number, count: number): string[] {
  const found: string[] = [];
  for (let n = 0; found.length < count; n += 1) if (laneOf(`id:p${n}`, LANES) === lane) found.push(`p${n}`);
  return found;
}
