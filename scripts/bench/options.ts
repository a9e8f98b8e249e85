import { parseArgs } from 'node:util';
import { type BenchPlan, FULL_PLAN, QUICK_PLAN } from './plan.ts';

export interface BenchOptions {
  readonly plan: BenchPlan;
  /** Print the report as JSON instead of tables. */
  readonly json: boolean;
  /** Compare delivery with the journal on and off instead. */
  readonly journal: boolean;
  /** Compare the hot path with that of this commit instead. */
  readonly against?: string;
  /** Exit with 1 when a bar is missed. */
  readonly enforce: boolean;
}

const USAGE =
  'usage: npm run bench -- [--quick] [--json] [--enforce] [--journal | --against COMMIT] [--fsync always|everysec] [--profile FOLDER]';

/** Reads the arguments of the benchmark. @throws Error that says what was expected, for the person who typed them */
export function benchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      enforce: { type: 'boolean', default: false },
      journal: { type: 'boolean', default: false },
      against: { type: 'string' },
      fsync: { type: 'string', default: 'always' },
      profile: { type: 'string' },
    },
  });
  const { fsync, profile, against, json, enforce, journal } = values;
  if (fsync !== 'always' && fsync !== 'everysec') {
    throw new Error(`--fsync: expected always or everysec, got ${JSON.stringify(fsync)}; ${USAGE}`);
  }
  const plan: BenchPlan = {
    ...(values.quick ? QUICK_PLAN : FULL_PLAN),
    appendFsync: fsync,
    ...(profile !== undefined && { profileDir: profile }),
  };
  return { plan, json, enforce, journal, ...(against !== undefined && { against }) };
}
