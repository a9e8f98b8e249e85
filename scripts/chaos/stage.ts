import type { ProducerOptions } from '@cio-fleet/producer';
import type { RedisOptions } from '@cio-fleet/testkit';
import { FULL_MIX, type LoadMix } from '../rig/numbered-load.ts';
import { createPowerCut, type PowerCut } from '../rig/power-cut.ts';
import { type Rig, startRig } from '../rig/rig.ts';
import { integerBelow, seededRandom } from '../rig/seeded-random.ts';
import { createDeadLetterWatch, type DeadLetterWatch } from './dead-letter-watch.ts';
import { type Operator, startOperator } from './operator.ts';
import { createProducerSlot, type ProducerSlot } from './producer-slot.ts';
import { createWeather, type Weather } from './weather.ts';
import { CUSTOMERIO_KEY, createWorkerSlot, siteIdOf, type WorkerSlot } from './worker-slot.ts';

export interface StageOptions {
  readonly seed: number;
  /** Workers that run from the start. */
  readonly workers: number;
  readonly producers: number;
  /** Operations per second, of all producers together. */
  readonly perSecond: number;
  /** Persons of each producer. @defaultValue 200 */
  readonly persons?: number;
  /** @defaultValue FULL_MIX */
  readonly mix?: LoadMix;
  readonly redis?: RedisOptions;
  readonly producer?: ProducerOptions;
  /** Producers with a spool. @defaultValue none */
  readonly spoolMode?: 'overflow' | 'always';
  /** Environment of the workers, beside the drill's times. */
  readonly env?: Readonly<Record<string, string>>;
  /** Environment of the producers. */
  readonly producerEnv?: Readonly<Record<string, string>>;
  readonly workerEntry?: string;
  /** Whether a dashboard runs. @defaultValue true */
  readonly hasOperator?: boolean;
}

/** Everything that a fault can be done to. */
export interface Stage {
  readonly rig: Rig;
  /** One more than run at the start may be used, to scale up. */
  readonly workers: readonly WorkerSlot[];
  readonly producers: readonly ProducerSlot[];
  readonly weather: Weather;
  /** Undefined where the stage has no dashboard. */
  readonly operator: Operator | undefined;
  /** Undefined where there is no C compiler. */
  readonly powerCut: PowerCut | undefined;
  /** What a power cut takes from Redis: nothing, what spools give back, or what was accepted just before. */
  readonly powerCutCosts: 'nothing' | 'covered' | 'accepted';
  /** The workers that are meant to run. */
  runningWorkers(): readonly WorkerSlot[];
  readonly deadLetters: DeadLetterWatch;
  stop(): Promise<void>;
}

/** Slots beyond those that run at the start. */
const SPARE_WORKERS = 1;

export async function setStage(options: StageOptions): Promise<Stage> {
  const { seed, workers: count, mix = FULL_MIX, persons = 200 } = options;
  const random = seededRandom(seed + 7919);
  const powerCut = createPowerCut();
  const slots = count + SPARE_WORKERS;
  const credentials = ['demo-site', ...Array.from({ length: slots }, (_, index) => siteIdOf(index))];
  const rig = await startRig({
    redis: { ...options.redis, ...(powerCut && { env: powerCut.env }) },
    simulator: {
      latencyMs: 5,
      credentials: credentials.map((siteId) => ({ siteId, apiKey: CUSTOMERIO_KEY, region: 'us' })),
    },
    ...(options.env && { env: options.env }),
    ...(options.workerEntry && { workerEntry: options.workerEntry }),
  });
  const { port: customerioPort } = await rig.simulator.start();
  const workers = await Promise.all(
    Array.from({ length: slots }, (_, index) => createWorkerSlot({ rig, index, customerioPort, random })),
  );
  const producers = await Promise.all(
    Array.from({ length: options.producers }, (_, index) =>
      createProducerSlot({
        index,
        redisPort: rig.redis.port,
        checker: rig.checker,
        random,
        // A seed of its own for each, drawn from none of the other generators.
        seed: seed * 31 + integerBelow(seededRandom(seed + index), 2 ** 30),
        persons,
        perSecond: options.perSecond / options.producers,
        mix,
        ...(options.producer && { producer: options.producer }),
        ...(options.producerEnv && { env: options.producerEnv }),
        ...(options.spoolMode && { spoolMode: options.spoolMode }),
      }),
    ),
  );
  await Promise.all(workers.slice(0, count).map((worker) => worker.start()));
  const operator = options.hasOperator === false ? undefined : await startOperator(rig.redis.url);

  return {
    rig,
    workers,
    producers,
    weather: createWeather(rig.simulator),
    operator,
    powerCut,
    powerCutCosts:
      (options.redis?.appendFsync ?? 'always') === 'always'
        ? 'nothing'
        : options.spoolMode === 'always'
          ? 'covered'
          : 'accepted',
    runningWorkers: () => workers.filter((worker) => worker.process !== undefined),
    deadLetters: createDeadLetterWatch(rig),
    async stop() {
      await operator?.stop();
      await Promise.all([...workers, ...producers].map((slot) => slot.dispose()));
      await rig.stop();
      powerCut?.dispose();
    },
  };
}
