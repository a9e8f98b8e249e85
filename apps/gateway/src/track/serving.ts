import type { Dialect, GatewayMetrics } from '../gateway-metrics.ts';
import type { AcceptDeps, Verdict } from './accept.ts';
import { type Answer, type TrackVersion, troubled } from './answer.ts';

/** What serving a request of either version needs. */
export interface ServeDeps extends AcceptDeps {
  readonly metrics: Pick<GatewayMetrics, 'operations'>;
}

/** The answer as soon as one operation could not be made durable: 503, or 429 where this source alone sends too much. */
export function laterAnswer(version: TrackVersion, verdicts: readonly Verdict[]): Answer | undefined {
  const later = verdicts.filter((verdict) => verdict.kind === 'later');
  const worst = later.find(({ status }) => status === 503) ?? later[0];
  return worst === undefined ? undefined : troubled(version, worst);
}

/** Counts operations by what became of them. */
export function countVerdicts({ metrics }: ServeDeps, dialect: Dialect, verdicts: readonly Verdict[]): void {
  // The usual case without a map: all accepted.
  if (verdicts.every(({ kind }) => kind === 'accepted')) {
    metrics.operations(dialect, 'accepted', verdicts.length);
    return;
  }
  const outcomes = verdicts.map((verdict) => (verdict.kind === 'accepted' ? 'accepted' : verdict.code));
  for (const [outcome, same] of Map.groupBy(outcomes, (outcome) => outcome)) {
    metrics.operations(dialect, outcome, same.length);
  }
}
