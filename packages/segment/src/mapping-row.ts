import type { OperationDraft } from '@cio-fleet/contracts';
import type { Message } from './message.ts';
import type { MessageRefusal } from './refusal.ts';

/** One row of the mapping table. */
export interface MappingRow {
  /** Names the row in metrics, tests and documentation. */
  readonly name: string;
  /** Which messages it is for, in Markdown. */
  readonly takes: string;
  /** What they become, in Markdown. */
  readonly gives: string;
  /** Whether it is for this message. The first row that is takes it. */
  readonly fits: (message: Message) => boolean;
  /** The operations, in order, not checked yet; none where the message is not meant for Customer.io. */
  readonly map: (message: Message) => readonly OperationDraft[] | MessageRefusal;
}
