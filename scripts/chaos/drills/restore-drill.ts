import { problemsOfRestore, type RestoreOptions, restoreFromCopy } from '../../scenarios/restore.ts';
import { type Drill, playVariants, type Variant } from './drill.ts';

export const RESTORE_DRILL: Drill = {
  name: 'restore',
  description: 'the append-only log copied under traffic, its server lost 10 s later, the fleet started on the copy',
  run(seed, say) {
    const variant = (name: string, retainMs?: number): Variant => ({
      name,
      async run() {
        const course = { seed, beforeSeconds: 10, ageSeconds: 10, perSecond: 1000 };
        const options: RestoreOptions = { ...course, ...(retainMs !== undefined && { retainMs }) };
        const result = await restoreFromCopy(options);
        return { result, problems: problemsOfRestore(result, options) };
      },
    });
    return playVariants(
      [
        variant('spool always, kept for 2 min', 120_000),
        variant('spool always, kept for 1 s: less than the age of the copy', 1_000),
        variant('no spool'),
      ],
      say,
    );
  },
};
