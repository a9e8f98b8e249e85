import { fenceUlid, type QueuedOperation } from '@cio-fleet/contracts';
import { operationId } from '../fixtures/operations.ts';
import { type Consumer, createConsumer } from './consumer.ts';
import { checkAccounts } from './invariants.ts';
import type { RedisState } from './model-redis.ts';
import type { Mutation } from './mutation.ts';
import { judge } from './verdict.ts';
import { createWorld, type World } from './world.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly mutation?: Mutation;
  /** How often Redis may come back older. @defaultValue by the seed: 0 to 2 */
  readonly rollbacks?: number;
  /** Lines of what happened are added here. */
  readonly trace?: string[];
}

export interface SimulationResult {
  readonly violations: readonly string[];
  readonly accepted: number;
  readonly arrivals: number;
  readonly staleArrivals: number;
  readonly rollbacks: number;
  readonly crashes: number;
  /** How often the sides of parked changed places. */
  readonly turns: number;
  readonly discarded: number;
}

interface Shape {
  readonly rivals: number;
  readonly personsPerLane: number;
  readonly operations: number;
  readonly steps: number;
  readonly crashes: number;
  readonly rollbacks: number;
}

/** One run of the whole protocol: trouble first, then calm, then the verdict. A seed repeats it exactly. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const { seed } = options;
  const shape = shapeOf(options);
  const world = createWorld({
    seed,
    personsPerLane: shape.personsPerLane,
    mutation: options.mutation,
    trace: options.trace,
  });
  const run = new Simulation(world, shape);
  await run.trouble();
  await run.calm();
  if (world.violations.length === 0) judge(world, run.accepted);
  const { arrivals } = world.courier;
  return {
    violations: world.violations,
    accepted: run.accepted.length,
    arrivals: arrivals.length,
    staleArrivals: arrivals.filter(({ isStale }) => isStale).length,
    rollbacks: run.rollbacks,
    crashes: run.crashes,
    turns: world.turns,
    discarded: world.discarded.size,
  };
}

/** Every second seed is a small world, where things meet more often; every other one a larger, with more rivals. */
function shapeOf({ seed, rollbacks = seed % 3 }: SimulationOptions): Shape {
  return seed % 2 === 0
    ? { rivals: 2, personsPerLane: 2, operations: 24, steps: 900, crashes: 6, rollbacks }
    : { rivals: 3, personsPerLane: 3, operations: 36, steps: 1500, crashes: 12, rollbacks };
}

class Simulation {
  /** What was accepted, less what a rollback took back. */
  accepted: QueuedOperation[] = [];
  rollbacks = 0;
  crashes = 0;
  #minted = 0;
  #jobs = 0;
  #generation = 0;
  #versions = 0;
  #snapshot: { readonly state: RedisState; readonly accepted: number; readonly due: number } | undefined;
  readonly #world: World;
  readonly #shape: Shape;
  readonly #consumers: Consumer[];

  constructor(world: World, shape: Shape) {
    this.#world = world;
    this.#shape = shape;
    this.#consumers = [...world.redis.state.queues.values()].flatMap(({ address }) =>
      Array.from({ length: shape.rivals }, () => createConsumer(world, address, this.#nameOf(address.role))),
    );
  }

  async trouble(): Promise<void> {
    const { random } = this.#world;
    while (this.#world.step < this.#shape.steps && this.#world.violations.length === 0) {
      this.#world.step += 1;
      this.#rollBack();
      const what = random.next();
      if (what < 0.05 && this.#minted < this.#shape.operations) this.#accept();
      else if (what < 0.06) this.#crash();
      else if (what < 0.075) this.#freeze();
      else if (what < 0.09) this.#world.courier.isUp = random.chance(0.6);
      else if (what < 0.105) this.#flap();
      else if (what < 0.12) this.#retryDeadLetters();
      else if (what < 0.127) this.#brake();
      else if (what < 0.135) this.#release(random.below(3));
      else if (what < 0.2) this.#upkeep();
      else await this.#someConsumer().actor.step();
    }
  }

  async calm(): Promise<void> {
    const world = this.#world;
    world.isCalm = true;
    world.courier.isUp = true;
    world.say('calm');
    while (world.redis.state.brakes.length > 0) this.#release(0);
    for (let step = 0; step < 12_000 && world.violations.length === 0; step += 1) {
      world.step += 1;
      await this.#someConsumer().actor.step();
      if (step % 7 === 0) this.#upkeep();
      if (step % 50 !== 0) continue;
      this.#retryDeadLetters();
      const queues = [...world.redis.state.queues.values()];
      if (queues.every(({ wait, active }) => wait.length === 0 && active === undefined)) break;
    }
  }

  #nameOf(role: string): string {
    this.#generation += 1;
    return `${role}-${this.#generation}`;
  }

  #someConsumer(): Consumer {
    const index = this.#world.random.below(this.#consumers.length);
    const consumer = this.#consumers[index];
    if (consumer === undefined) throw new Error('There are consumers.');
    if (!consumer.actor.isDead) {
      if (this.#world.isCalm) consumer.circuit = 'CLOSED';
      return consumer;
    }
    const successor = createConsumer(this.#world, consumer.queue, this.#nameOf(consumer.queue.role));
    this.#consumers[index] = successor;
    return successor;
  }

  #accept(): void {
    const { random, redis, persons, courier } = this.#world;
    const lane = random.below(persons.length);
    const { address } = [...redis.state.queues.values()][lane] ?? {};
    if (address === undefined) return;
    const operations = Array.from({ length: 1 + random.below(3) }, () => this.#mint(persons[lane] ?? []));
    this.#jobs += 1;
    const id = `job-${this.#jobs}`;
    redis.add(address.name, { id, data: { v: 1, operations }, operations });
    redis.state.accepted += operations.length;
    this.accepted.push(...operations);
    for (const { id, at, op } of operations) {
      if (op.type !== 'person' || op.action !== 'delete') continue;
      const mark = fenceUlid(id, at);
      redis.state.erasures = new Map(redis.state.erasures).set(`id:${courier.natures.get(id)?.person}`, mark);
      redis.state.erasuresVersion += 1;
    }
    this.#world.say(
      `accepted ${address.name}#${id} ${operations.map((o) => `${o.id}/${courier.natures.get(o.id)?.person}`)}`,
    );
  }

  #mint(persons: readonly string[]): QueuedOperation {
    const { random, courier } = this.#world;
    this.#minted += 1;
    const id = operationId(this.#minted);
    const person = persons[random.below(persons.length)] ?? '';
    courier.learn(id, {
      person,
      refusals: random.chance(0.07) ? 1 + random.below(2) : 0,
      isSick: random.chance(0.02),
      isKiller: random.chance(0.015),
    });
    const identifiers = { id: person };
    const isErasure = random.chance(0.04);
    return {
      id,
      at: this.#world.now(),
      op: isErasure
        ? { type: 'person', identifiers, action: 'delete' }
        : { type: 'person', identifiers, action: 'event', name: random.chance(0.5) ? 'x' : 'y' },
    };
  }

  #brake(): void {
    const { random, redis, persons, now } = this.#world;
    const { brakes, shelf, brakesVersion } = redis.state;
    if (brakes.length >= 3) return;
    const kind = random.chance(0.85) ? 'hold' : 'discard';
    const person = persons.flat()[random.below(persons.flat().length)];
    const narrowed = random.chance(0.6) ? { name: random.chance(0.5) ? 'x' : 'y' } : { person: `id:${person}` };
    const filter = kind === 'discard' ? { ...narrowed, until: now() + 1 } : narrowed;
    this.#versions += 1;
    const id = `brake-${this.#versions}`;
    redis.state.brakes = [...brakes, { id, kind, filter, at: now(), by: 'model' }];
    redis.state.brakesVersion = id;
    if (kind === 'hold' && shelf.swept === brakesVersion) redis.state.shelf = { ...shelf, swept: id };
    this.#world.say(`${kind} ${JSON.stringify(filter)}: ${id}`);
  }

  #release(index: number): void {
    const { redis } = this.#world;
    const brake = redis.state.brakes[index];
    if (brake === undefined) return;
    this.#versions += 1;
    redis.state.brakes = redis.state.brakes.filter((one) => one !== brake);
    redis.state.brakesVersion = `release-${this.#versions}`;
    this.#world.say(`released ${brake.id}`);
  }

  #crash(): void {
    if (this.crashes >= this.#shape.crashes) return;
    this.crashes += 1;
    const { actor } = this.#someConsumer();
    this.#world.say(`CRASH ${actor.token ?? actor.name}`);
    actor.kill();
  }

  /** A pause longer than the lock: the lock runs out, and the consumer goes on later without knowing. */
  #freeze(): void {
    if (this.crashes >= this.#shape.crashes) return;
    const { redis, random } = this.#world;
    const names = [...redis.state.queues.keys()];
    const token = redis.expire(names[random.below(names.length)] ?? '');
    if (token === undefined) return;
    this.crashes += 1;
    this.#world.say(`FREEZE ${token}`);
    const frozen = this.#consumers.find(({ actor }) => actor.token === token);
    if (frozen !== undefined && random.chance(0.75)) frozen.actor.frozenSteps = 3 + random.below(40);
  }

  #flap(): void {
    const { random, courier } = this.#world;
    const states = courier.isUp
      ? (['CLOSED', 'CLOSED', 'HALF_OPEN', 'OPEN'] as const)
      : (['CLOSED', 'HALF_OPEN', 'OPEN', 'OPEN'] as const);
    this.#someConsumer().circuit = states[random.below(4)] ?? 'CLOSED';
  }

  #retryDeadLetters(): void {
    for (const [name, { address }] of this.#world.redis.state.queues) {
      if (address.role === 'dead-letter') this.#world.redis.retryFailed(name);
    }
  }

  #upkeep(): void {
    const tokens = this.#consumers.filter(({ actor }) => !actor.isDead).flatMap(({ actor }) => actor.token ?? []);
    this.#world.redis.upkeep(new Set(tokens));
  }

  /** Redis comes back as it was up to 80 steps ago, while consumers run on with what they know. */
  #rollBack(): void {
    const world = this.#world;
    if (this.#snapshot === undefined) {
      if (this.rollbacks >= this.#shape.rollbacks || !world.random.chance(0.006)) return;
      const due = world.step + 1 + world.random.below(80);
      this.#snapshot = { state: world.redis.snapshot(), accepted: this.accepted.length, due };
      return;
    }
    if (world.step < this.#snapshot.due) return;
    world.redis.state = this.#snapshot.state;
    this.accepted = this.accepted.slice(0, this.#snapshot.accepted);
    this.#snapshot = undefined;
    this.rollbacks += 1;
    world.say('REDIS IS BACK, OLDER');
    checkAccounts(world);
  }
}
