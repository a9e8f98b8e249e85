import type { OperationInput } from '@cio-fleet/producer';
import type { SpamRecorder, Subject } from '@cio-fleet/spam-report';
import type { Logger } from '@cio-fleet/telemetry';
import type { AdmissionReport } from '../access/admission.ts';
import type { Caller } from '../access/caller.ts';
import type { IntakeReport } from '../intake/create-intake.ts';
import type { RegionReport } from '../intake/regions/region-router.ts';
import type { ProtectionMetrics } from './protection-metrics.ts';

/** Everything that admission, intake and region rules tell, for the spam report, metrics and log. */
export type ProtectionReport = AdmissionReport &
  IntakeReport &
  RegionReport & {
    /** A source begins to be slowed down because it fills the lanes, or that ends. */
    slowed(workspace: string, keyId: string, isSlowed: boolean): void;
    /** Messages became no operation, so that the intake never saw them. */
    unmapped(caller: Caller, messages: number): void;
  };

export interface ProtectionReportOptions {
  readonly recorder: SpamRecorder;
  readonly metrics: ProtectionMetrics;
  readonly logger: Logger;
  /** Addresses belong to no workspace; what they did is told with this one's. */
  readonly homeWorkspace: string;
}

export function createProtectionReport(options: ProtectionReportOptions): ProtectionReport {
  const { recorder, metrics, logger, homeWorkspace } = options;
  const keyOf = ({ keyId }: Pick<Caller, 'keyId'>): Subject => `key:${keyId}`;
  return {
    admitted: (caller) => recorder.count(caller.workspace, keyOf(caller), { requests: 1 }),
    limitedKey(caller) {
      metrics.turnedAway('key_rate');
      recorder.count(caller.workspace, keyOf(caller), { limited: 1 });
    },
    limitedAddress(address) {
      metrics.turnedAway('address_rate');
      recorder.count(homeWorkspace, `address:${address}`, { limited: 1 });
    },
    unauthorised(address) {
      metrics.turnedAway('credentials');
      recorder.count(homeWorkspace, `address:${address}`, { unauthorised: 1 });
    },
    accepted(caller, operations, results) {
      const { workspace } = caller;
      const refused = results.filter((result) => !result.ok && result.error.refusal !== undefined).length;
      const limited = results.some((result) => !result.ok && result.error.code.startsWith('SOURCE_')) ? 1 : 0;
      if (limited > 0) metrics.turnedAway('share');
      recorder.count(workspace, keyOf(caller), { operations: operations.length, refused, limited });
      for (const operation of operations) recorder.event(workspace, keyOf(caller), nameOf(operation));
    },
    unmapped: (caller, messages) =>
      recorder.count(caller.workspace, keyOf(caller), { operations: messages, refused: messages }),
    moved(caller, workspace) {
      metrics.movedRegion(caller.workspace, workspace);
      logger.info({ keyId: caller.keyId, from: caller.workspace, to: workspace }, 'a person moved to another region');
    },
    ruleFailed(caller, error) {
      metrics.failedRule(caller.workspace);
      // The message may quote the operation.
      const { name } = error as { readonly name?: unknown };
      logger.error({ code: 'REGION_RULE_FAILED', keyId: caller.keyId, error: String(name) }, 'region rule failed');
    },
    slowed(workspace, keyId, isSlowed) {
      logger.warn(
        { code: 'SOURCE_OVER_SHARE', workspace, keyId },
        isSlowed ? 'source is slowed down' : 'source is free again',
      );
    },
  };
}

/** The event's name, or what is done where nothing is named. */
function nameOf(operation: OperationInput): string {
  const { name, action } = Object(operation) as { readonly name?: unknown; readonly action?: unknown };
  if (typeof name === 'string' && name !== '') return name;
  return typeof action === 'string' ? action : 'unreadable';
}
