/** A drill with a fixed course, in its full length; CI runs shorter ones. */
export interface Drill {
  readonly name: string;
  readonly description: string;
  /** @param say - progress, for people */
  run(seed: number, say: (text: string) => void): Promise<DrillOutcome>;
}

export interface DrillOutcome {
  readonly result: object;
  readonly problems: readonly string[];
}

/** A drill that plays the same course in several settings, one after the other. */
export interface Variant {
  readonly name: string;
  run(): Promise<DrillOutcome>;
}

/** Plays all variants, also after one that failed; each problem says whose it is. */
export async function playVariants(variants: readonly Variant[], say: (text: string) => void): Promise<DrillOutcome> {
  const results: Record<string, object> = {};
  const problems: string[] = [];
  for (const { name, run } of variants) {
    const outcome = await run();
    say(`  ${name}: ${JSON.stringify(outcome.result)}`);
    results[name] = outcome.result;
    problems.push(...outcome.problems.map((problem) => `${name}: ${problem}`));
  }
  return { result: results, problems };
}
