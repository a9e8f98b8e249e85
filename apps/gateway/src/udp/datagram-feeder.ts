import type { OperationInput } from '@cio-fleet/producer';
import type { Caller } from '../access/caller.ts';
import type { Intake } from '../intake/intake.ts';
import type { NoteKind, NoteLog } from '../notes/note-log.ts';
import { type DatagramCallers, readDatagram } from './read-datagram.ts';
import type { DatagramPack } from './receiver-messages.ts';
import type { UdpMetrics } from './udp-metrics.ts';

export interface DatagramFeederOptions {
  readonly callers: DatagramCallers;
  readonly intake: Pick<Intake, 'accept'>;
  readonly notes: NoteLog;
  readonly metrics: UdpMetrics;
}

/**
 * Packs that are with the intake at once. The others wait as bytes, in the bound of the receiver, so that a pause of Redis fills that
 * first and not the intake's own, much smaller buffer.
 */
const MOST_AT_ONCE = 8;

interface Group<Item> {
  readonly caller: Caller;
  readonly items: Item[];
}

/** Reads packs of datagrams and hands what they say on, in groups by sender: one by one, the intake would be too slow. */
export function createDatagramFeeder(options: DatagramFeederOptions): (pack: DatagramPack) => Promise<void> {
  const { callers, intake, notes, metrics } = options;

  async function feedOperations({ caller, items }: Group<OperationInput>): Promise<void> {
    const results = await intake.accept(caller, items);
    let accepted = 0;
    for (const result of results) {
      // What is retained will be sent: for someone who gets no answer that is accepted.
      if (result.ok || result.error.retained === true) accepted += 1;
      else metrics.refused(result.error.code, 1);
    }
    metrics.accepted('operation', accepted);
  }

  async function feedNotes(kind: NoteKind, { caller, items }: Group<unknown>): Promise<void> {
    const results = await notes.write(
      caller,
      kind,
      items.map((value) => ({ ok: true, value })),
    );
    for (const result of results) {
      if (result.kind === 'accepted') metrics.accepted(kind, 1);
      else metrics.refused(result.kind === 'refused' ? result.refusal.code : result.code, 1);
    }
  }

  async function feed({ bytes, lengths }: DatagramPack): Promise<void> {
    const groups = {
      operation: new Map<string, Group<OperationInput>>(),
      note: new Map<string, Group<unknown>>(),
      session: new Map<string, Group<unknown>>(),
    };
    let offset = 0;
    for (const length of lengths) {
      const datagram = Buffer.from(bytes.buffer, bytes.byteOffset + offset, length);
      offset += length;
      for (const item of readDatagram(datagram, callers)) {
        if (item.kind === 'refused') metrics.refused(item.code, 1);
        else if (item.kind === 'operation') addTo(groups.operation, item.caller, item.operation);
        else addTo(groups[item.kind], item.caller, item.value);
      }
    }
    await Promise.all([
      ...[...groups.operation.values()].map(feedOperations),
      ...[...groups.note.values()].map((group) => feedNotes('note', group)),
      ...[...groups.session.values()].map((group) => feedNotes('session', group)),
    ]);
  }

  const turns = createTurns(MOST_AT_ONCE);
  return async (pack) => {
    metrics.received(pack.lengths.length, pack.bytes.byteLength);
    await turns.take();
    try {
      await feed(pack);
    } finally {
      turns.giveBack();
    }
  };
}

/** Lets `most` go at once, the others in the order in which they came. */
function createTurns(most: number) {
  const waiting: (() => void)[] = [];
  let taken = 0;
  return {
    async take(): Promise<void> {
      if (taken < most) taken += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    /** Whoever waits longest gets the turn at once. */
    giveBack(): void {
      const next = waiting.shift();
      if (next === undefined) taken -= 1;
      else next();
    },
  };
}

function addTo<Item>(groups: Map<string, Group<Item>>, caller: Caller, item: Item): void {
  const key = `${caller.workspace} ${caller.keyId}`;
  const group = groups.get(key);
  if (group === undefined) groups.set(key, { caller, items: [item] });
  else group.items.push(item);
}
