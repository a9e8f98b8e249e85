import type { FaultRunResult } from './fault-run.ts';

/** What of a run's result breaks a promise; nothing when it passed. What Redis lost by itself is reported, not judged. */
export function problemsOf(result: FaultRunResult): readonly string[] {
  const problems = [...result.complaints];
  const zeros = [
    'lost',
    'outOfOrder',
    'doubled',
    'undead',
    'residue',
    'waiting',
    'held',
    'deadLettered',
    'failedHeads',
  ] as const satisfies readonly (keyof FaultRunResult)[];
  for (const name of zeros) if (result[name] !== 0) problems.push(`expected ${name} = 0, got ${result[name]}`);
  if (result.accepted === 0) problems.push('expected operations to be accepted, there were none');
  return problems;
}
