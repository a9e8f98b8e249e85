/** What would be wrong, and whether it is. */
export type Problem = readonly [isBroken: boolean, problem: string];

/** The problems that there are. */
export function problemsWhere(...checks: readonly Problem[]): readonly string[] {
  return checks.filter(([isBroken]) => isBroken).map(([, problem]) => problem);
}
