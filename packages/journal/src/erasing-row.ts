import type { JournalRow } from './row.ts';

const ERASING: ReadonlySet<string> = new Set(['suppress', 'delete']);

/** Whether the journal learns from a row that it must forget somebody: of a suppress or delete that was delivered. */
export function isErasingRow({ outcome, action }: Pick<JournalRow, 'outcome' | 'action'>): boolean {
  return outcome === 'delivered' && ERASING.has(action);
}
