import { parseArgs } from 'node:util';

/** What `npm run chaos` was asked to do. */
export interface ChaosOptions {
  readonly seeds: readonly number[];
  readonly minutes: number;
  /** Only faults whose name or family contains this. */
  readonly only: string | undefined;
  /** The name of a drill of fixed course, or `all`; undefined: random faults. */
  readonly drill: string | undefined;
  /** Minutes of the soak; undefined: no soak. */
  readonly soakMinutes: number | undefined;
  /** Whether each run ends with a line of JSON on stdout, and people read stderr. */
  readonly json: boolean;
  readonly perSecond: number;
}

export const USAGE =
  'usage: npm run chaos -- [--seed N | --seeds A-B] [--minutes M] [--only TEXT] [--drill NAME] [--per-second N] [--soak MINUTES] [--json]';

export type ParsedOptions =
  | { readonly ok: true; readonly options: ChaosOptions }
  | { readonly ok: false; readonly problem: string };

/** @param anySeed - taken where none is given */
export function parseChaosOptions(args: readonly string[], anySeed: number): ParsedOptions {
  const problem = (text: string): ParsedOptions => ({ ok: false, problem: `${text}; ${USAGE}` });
  let values: ReturnType<typeof readArguments>;
  try {
    values = readArguments(args);
  } catch (error) {
    return problem((error as Error).message);
  }
  const seeds = readSeeds(values.seed, values.seeds, anySeed);
  if (seeds === undefined) return problem('expected --seed to be a whole number, or --seeds two such as 1-20');
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) return problem('expected --minutes to be a number above 0');
  const soakMinutes = values.soak === undefined ? undefined : Number(values.soak);
  if (soakMinutes !== undefined && !(soakMinutes > 0))
    return problem('expected --soak to be a number of minutes above 0');
  const perSecond = Number(values['per-second'] ?? (soakMinutes === undefined ? 500 : 1000));
  if (!(perSecond > 0)) return problem('expected --per-second to be a number above 0');
  return {
    ok: true,
    options: {
      seeds,
      minutes,
      only: values.only,
      drill: values.drill,
      soakMinutes,
      json: values.json === true,
      perSecond,
    },
  };
}

function readArguments(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      minutes: { type: 'string', default: '1' },
      only: { type: 'string' },
      drill: { type: 'string' },
      soak: { type: 'string' },
      json: { type: 'boolean' },
      'per-second': { type: 'string' },
    },
  }).values;
}

function readSeeds(
  seed: string | undefined,
  range: string | undefined,
  anySeed: number,
): readonly number[] | undefined {
  if (range === undefined) {
    const only = seed === undefined ? anySeed : Number(seed);
    return Number.isInteger(only) && only >= 0 ? [only] : undefined;
  }
  const [first, last] = (/^(\d+)-(\d+)$/.exec(range) ?? []).slice(1).map(Number);
  if (first === undefined || last === undefined || last < first || last - first > 1000) return undefined;
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
