import { problemsOfRollingUpgrade, rollingUpgrade } from '../../scenarios/rolling-upgrade.ts';
import { UPGRADED_FROM } from '../../scenarios/upgraded-from.ts';
import { type Drill, playVariants, type Variant } from './drill.ts';

export const ROLLING_UPGRADE_DRILL: Drill = {
  name: 'rolling-upgrade',
  description: 'old and new workers and producers side by side, replaced one by one under 1,000 operations/s',
  run(seed, say) {
    const variants = UPGRADED_FROM.map(
      (from): Variant => ({
        name: `from ${from.slice(0, 7)}`,
        async run() {
          const result = await rollingUpgrade({ seed, from, stepSeconds: 8, perSecond: 1000 });
          return { result, problems: problemsOfRollingUpgrade(result) };
        },
      }),
    );
    return playVariants(variants, say);
  },
};
