import type { SpamReport, SubjectReport } from './read-spam-report.ts';
import { addCounts, NOTHING, type Subject, type SubjectCounts } from './subject-counts.ts';
import type { NameCount } from './top-names.ts';

/** From when on somebody is listed. */
export interface AbuseThresholds {
  /** Operations per minute, as a mean over a minute or hour of the report. @defaultValue 60_000 */
  readonly operationsPerMinute: number;
  /** Operations refused for what they are, within the window. @defaultValue 100 */
  readonly refused: number;
  /** Requests turned away with 429, within the window. @defaultValue 1 */
  readonly limited: number;
  /** Requests with wrong credentials, within the window. @defaultValue 100 */
  readonly unauthorised: number;
}

export const ABUSE_THRESHOLDS: AbuseThresholds = {
  operationsPerMinute: 60_000,
  refused: 100,
  limited: 1,
  unauthorised: 100,
};

/** Why somebody is listed. */
export type AbuseReason = 'volume' | 'refused' | 'limited' | 'unauthorised';

/** Somebody to talk to. */
export interface Abuser {
  readonly subject: Subject;
  readonly reasons: readonly AbuseReason[];
  /** Start of the first minute or hour of the window in which there was a reason, in ms since the epoch. */
  readonly sinceMs: number;
  readonly totals: SubjectCounts;
  readonly peakOperationsPerMinute: number;
  /** The most frequent first. */
  readonly topNames: readonly NameCount[];
}

/** Who of the report is over a threshold; those who were turned away most come first. */
export function findAbusers(report: SpamReport, thresholds: AbuseThresholds = ABUSE_THRESHOLDS): readonly Abuser[] {
  return report.subjects
    .map((subject) => judge(subject, report.pieceMs, thresholds))
    .filter((abuser) => abuser !== undefined)
    .sort((left, right) => weight(right) - weight(left));
}

function judge(
  { subject, pieces, names }: SubjectReport,
  pieceMs: number,
  limits: AbuseThresholds,
): Abuser | undefined {
  const perMinute = ({ operations }: SubjectCounts) => operations / (pieceMs / 60_000);
  const totals = pieces.reduce((sum, { counts }) => addCounts(sum, counts), NOTHING);
  const peakOperationsPerMinute = Math.max(0, ...pieces.map(({ counts }) => perMinute(counts)));
  const reasons: readonly AbuseReason[] = [
    ...(peakOperationsPerMinute >= limits.operationsPerMinute ? (['volume'] as const) : []),
    ...(['refused', 'limited', 'unauthorised'] as const).filter((counted) => totals[counted] >= limits[counted]),
  ];
  if (reasons.length === 0) return undefined;
  const first = pieces.find(({ counts }) =>
    reasons.some((reason) =>
      reason === 'volume' ? perMinute(counts) >= limits.operationsPerMinute : counts[reason] > 0,
    ),
  );
  return { subject, reasons, sinceMs: first?.startMs ?? 0, totals, peakOperationsPerMinute, topNames: names };
}

function weight({ totals }: Abuser): number {
  return totals.limited * 1_000 + totals.unauthorised * 100 + totals.refused * 10 + totals.operations / 1_000;
}
