import type { OperationInput } from '@cio-fleet/producer';
import type { Caller } from '../access/caller.ts';
import { readJsonLines } from '../notes/json-lines.ts';
import type { NoteKind } from '../notes/note-log.ts';

/** Why something in a datagram is not taken, before anybody looks at what it says. */
export type DatagramRefusal =
  | 'DATAGRAM_NOT_JSON'
  | 'DATAGRAM_TOO_DEEP'
  | 'DATAGRAM_NOT_OBJECT'
  | 'DATAGRAM_KEY_MISSING'
  | 'DATAGRAM_KEY_UNKNOWN';

/** One object of a datagram. */
export type DatagramItem =
  | { readonly kind: 'operation'; readonly caller: Caller; readonly operation: OperationInput }
  | { readonly kind: NoteKind; readonly caller: Caller; readonly value: unknown }
  | { readonly kind: 'refused'; readonly code: DatagramRefusal };

/** Who sends: the owner of a write key, or whoever may send without one. */
export interface DatagramCallers {
  readonly byWriteKey: (writeKey: string) => Caller | undefined;
  /** Asked for each datagram, for keys come and go; undefined: it needs a write key. @defaultValue every datagram does */
  readonly withoutKey?: () => Caller | undefined;
}

/**
 * Reads a datagram: one operation, note or session notice, or one on each line. A `writeKey` in an object names its sender; in a
 * datagram of several lines it stands for the lines after it too.
 */
export function readDatagram(bytes: Buffer, callers: DatagramCallers): readonly DatagramItem[] {
  let caller = callers.withoutKey?.();
  let keyCode: DatagramRefusal = 'DATAGRAM_KEY_MISSING';
  return readJsonLines(bytes).flatMap((item): DatagramItem | [] => {
    if (!item.ok) return refused(item.problem === 'too-deep' ? 'DATAGRAM_TOO_DEEP' : 'DATAGRAM_NOT_JSON');
    const { value } = item;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refused('DATAGRAM_NOT_OBJECT');
    const { writeKey, ...rest } = value as Readonly<Record<string, unknown>>;
    if (writeKey !== undefined) {
      caller = typeof writeKey === 'string' ? callers.byWriteKey(writeKey) : undefined;
      keyCode = 'DATAGRAM_KEY_UNKNOWN';
      // A line that only names the sender of the others.
      if (caller !== undefined && Object.keys(rest).length === 0) return [];
    }
    if (caller === undefined) return refused(keyCode);
    const { type } = rest;
    if (type === 'note' || type === 'session') return { kind: type, caller, value: rest };
    return { kind: 'operation', caller, operation: rest as OperationInput };
  });
}

function refused(code: DatagramRefusal): DatagramItem {
  return { kind: 'refused', code };
}
