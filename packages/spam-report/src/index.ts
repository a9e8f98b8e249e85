export {
  ABUSE_THRESHOLDS,
  type AbuseReason,
  type Abuser,
  type AbuseThresholds,
  findAbusers,
} from './find-abusers.ts';
export { type ReportPiece, readSpamReport, type SpamReport, type SubjectReport } from './read-spam-report.ts';
export { createSpamRecorder, type SpamRecorder, type SpamRecorderOptions } from './spam-recorder.ts';
export type { Counted, Subject, SubjectCounts } from './subject-counts.ts';
export type { NameCount } from './top-names.ts';
