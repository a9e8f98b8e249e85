import { gatewayReportKey } from '@cio-fleet/contracts';
import type { Redis } from 'ioredis';
import { bucketsOf } from './buckets.ts';
import { readField } from './report-field.ts';
import { NOTHING, type Subject, type SubjectCounts } from './subject-counts.ts';
import type { NameCount } from './top-names.ts';

/** What one subject did in one minute or hour. */
export interface ReportPiece {
  /** In ms since the epoch. */
  readonly startMs: number;
  readonly counts: SubjectCounts;
}

/** What one key or address did within the window. */
export interface SubjectReport {
  readonly subject: Subject;
  /** Oldest first; without those in which it did nothing. */
  readonly pieces: readonly ReportPiece[];
  /** The most frequent names first. */
  readonly names: readonly NameCount[];
}

/** The report of one workspace. */
export interface SpamReport {
  readonly workspace: string;
  /** Length of a piece, in ms. */
  readonly pieceMs: number;
  readonly subjects: readonly SubjectReport[];
}

const SHOWN_NAMES = 5;

/** Reads what gateways wrote: by the minute for windows up to an hour, else by the hour, up to a day. */
export async function readSpamReport(
  redis: Redis,
  workspace: string,
  { windowMs, nowMs = Date.now() }: { readonly windowMs: number; readonly nowMs?: number },
): Promise<SpamReport> {
  const { size, buckets } = bucketsOf(windowMs, nowMs);
  const subjects = new Map<Subject, { pieces: Map<number, SubjectCounts>; names: Map<string, number> }>();
  const ofSubject = (subject: Subject) => {
    const known = subjects.get(subject) ?? { pieces: new Map(), names: new Map() };
    subjects.set(subject, known);
    return known;
  };
  const hashes = await Promise.all(buckets.map(({ name }) => redis.hgetall(gatewayReportKey(workspace, name))));
  for (const [index, hash] of hashes.entries()) {
    const startMs = buckets[index]?.startMs ?? 0;
    for (const [text, value] of Object.entries(hash)) {
      const field = readField(text);
      const count = Number(value);
      if (field === undefined || !Number.isFinite(count)) continue;
      const { pieces, names } = ofSubject(field.subject);
      if (field.kind === 'name') names.set(field.name, (names.get(field.name) ?? 0) + count);
      else pieces.set(startMs, { ...(pieces.get(startMs) ?? NOTHING), [field.counted]: count });
    }
  }
  return {
    workspace,
    pieceMs: size.ms,
    subjects: [...subjects].map(([subject, { pieces, names }]) => ({
      subject,
      pieces: [...pieces].map(([startMs, counts]) => ({ startMs, counts })),
      names: [...names]
        .map(([name, count]) => ({ name, count }))
        .sort((left, right) => right.count - left.count)
        .slice(0, SHOWN_NAMES),
    })),
  };
}
