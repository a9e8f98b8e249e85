import { parseArgs } from 'node:util';

/** Where a journal can be kept. */
export const DRIVERS = ['postgres', 'sqlite'] as const;

export type Driver = (typeof DRIVERS)[number];

/** What the journal's bench can measure. */
export const PARTS = ['intake', 'replay', 'reads', 'standby'] as const;

export type Part = (typeof PARTS)[number];

/** How much of everything. */
export interface JournalPlan {
  readonly drivers: readonly Driver[];
  readonly parts: readonly Part[];
  /** Exit with 1 when a bar is missed. */
  readonly enforce: boolean;
  /** Of the comparison with COPY. */
  readonly rounds: number;
  /** Rows of one contender's turn, by size of row. */
  readonly intakeRows: { readonly small: number; readonly large: number };
  /** An hour of a day of 15 million rows, or a part of it. */
  readonly replayRows: number;
  /** Rows over 15 days that are there when somebody asks. SQLite's are made by its own writer, so there are fewer. */
  readonly storedRows: Readonly<Record<Driver, number>>;
  /** Rows that come in beside the questions. */
  readonly rowsPerSecond: number;
  /** How long persons are looked up, in s. */
  readonly lookUpSeconds: number;
  /** How often each page is asked for. */
  readonly pageRequests: number;
}

const FULL = {
  rounds: 3,
  intakeRows: { small: 100_000, large: 25_000 },
  replayRows: 625_000,
  storedRows: { postgres: 5_000_000, sqlite: 1_000_000 },
  rowsPerSecond: 5_000,
  lookUpSeconds: 20,
  pageRequests: 40,
} as const;

const QUICK = {
  rounds: 3,
  intakeRows: { small: 20_000, large: 5_000 },
  replayRows: 62_500,
  storedRows: { postgres: 500_000, sqlite: 100_000 },
  rowsPerSecond: 5_000,
  lookUpSeconds: 5,
  pageRequests: 20,
} as const;

const USAGE = `usage: journal.ts [--quick] [--enforce] [--driver ${DRIVERS.join('|')}] [--only ${PARTS.join('|')}]`;

/** Reads the arguments. @throws Error that says what was expected, for the person who typed them */
export function journalPlan(args: readonly string[]): JournalPlan {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      enforce: { type: 'boolean', default: false },
      driver: { type: 'string' },
      only: { type: 'string' },
    },
  });
  return {
    ...(values.quick ? QUICK : FULL),
    enforce: values.enforce,
    drivers: choose('--driver', DRIVERS, values.driver),
    parts: choose('--only', PARTS, values.only),
  };
}

function choose<T extends string>(option: string, all: readonly T[], given: string | undefined): readonly T[] {
  if (given === undefined) return all;
  const chosen = all.filter((each) => each === given);
  if (chosen.length > 0) return chosen;
  throw new Error(`${option}: expected one of ${all.join(', ')}, got ${JSON.stringify(given)}; ${USAGE}`);
}
