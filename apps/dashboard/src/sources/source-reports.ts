import type { SourceReport } from '@cio-fleet/journal';
import { readSpamReport } from '@cio-fleet/spam-report';
import type { Redis } from 'ioredis';
import type { JournalAnswer, Journals } from '../journal/journals.ts';

/** What one key of the gateway sent. */
export interface GatewayKeyReport {
  /** `key:…` or `address:…`. */
  readonly subject: string;
  readonly operations: number;
  readonly refused: number;
  readonly limited: number;
  readonly unauthorised: number;
}

export interface SourcesReport {
  readonly sources: JournalAnswer<readonly SourceReport[]>;
  /** As gateways count, for up to a day; the busiest first. */
  readonly gateway: readonly GatewayKeyReport[];
}

const HOUR_MS = 3_600_000;
const DAY_HOURS = 24;
const SHOWN_KEYS = 50;

/** How each service fared within the last `hours`. */
export async function readSourcesReport(
  { redis, journals, workspace }: { readonly redis: Redis; readonly journals: Journals; readonly workspace: string },
  hours: number,
): Promise<SourcesReport> {
  const [sources, gateway] = await Promise.all([
    journals.ask(workspace, (reader) => reader.sources({ window: { from: Date.now() - hours * HOUR_MS } })),
    readSpamReport(redis, workspace, { windowMs: Math.min(hours, DAY_HOURS) * HOUR_MS }),
  ]);
  const keys = gateway.subjects.map(({ subject, pieces }): GatewayKeyReport => {
    const sum = (counted: 'operations' | 'refused' | 'limited' | 'unauthorised') =>
      pieces.reduce((total, { counts }) => total + counts[counted], 0);
    return {
      subject,
      operations: sum('operations'),
      refused: sum('refused'),
      limited: sum('limited'),
      unauthorised: sum('unauthorised'),
    };
  });
  const weight = ({ operations, refused, limited }: GatewayKeyReport) => operations + refused + limited;
  return { sources, gateway: keys.toSorted((a, b) => weight(b) - weight(a)).slice(0, SHOWN_KEYS) };
}

/** Operations of a source that reached a final state. */
export function settledOf({ outcomes }: SourceReport): number {
  const final = ['delivered', 'dead-lettered', 'deduplicated', 'erased', 'discarded'];
  return final.reduce((sum, outcome) => sum + (outcomes[outcome] ?? 0), 0);
}

/** The share of settled operations that were delivered, such as `99.98 %`; a dash of none. */
export function deliveredShare(report: SourceReport): string {
  const settled = settledOf(report);
  if (settled === 0) return '–';
  // Cut, not rounded: 100 % means all.
  return `${(Math.floor(((report.outcomes.delivered ?? 0) / settled) * 10_000) / 100).toFixed(2)} %`;
}
