import { type BoundedOptions, pressFleet, problemsOfPressure } from '../../scenarios/bounded.ts';
import { FULL_FALLBACK, LARGE_OPERATIONS, SLOW_CUSTOMERIO, SLOW_REDIS } from '../../scenarios/pressures.ts';
import { type Drill, playVariants, type Variant } from './drill.ts';

const LIMITED_BYTES = 256 * 1024 * 1024;

export const BOUNDED_DRILL: Drill = {
  name: 'bounded',
  description:
    'more than the fleet takes, in four ways, with a limit on the heap of every process: memory stays bounded',
  run(seed, say) {
    const variant = (options: Omit<BoundedOptions, 'seed'>): Variant => ({
      name: options.pressure.name,
      async run() {
        const result = await pressFleet({ seed, ...options });
        return { result, problems: problemsOfPressure(result, { seed, ...options }) };
      },
    });
    const common = { producers: 1, until: { seconds: 30 }, maxMemoryBytes: LIMITED_BYTES, drainTimeoutMs: 300_000 };
    return playVariants(
      [
        variant({ ...common, pressure: LARGE_OPERATIONS }),
        variant({ ...common, pressure: SLOW_REDIS }),
        variant({ ...common, pressure: SLOW_CUSTOMERIO }),
        variant({
          ...{ ...common, pressure: FULL_FALLBACK, producers: 2 },
          ...{ until: { operations: 1_000_000 }, maxMemoryBytes: 0, drainTimeoutMs: 900_000 },
        }),
      ],
      say,
    );
  },
};
