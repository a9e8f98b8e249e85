import {
  type ArchiveReader,
  type ArchiveTarget,
  createArchiveReader,
  createJournalReader,
  createJournalSource,
  type JournalPlace,
  type JournalReader,
  type PersonPrivacy,
} from '@cio-fleet/journal';
import type { Logger } from '@cio-fleet/telemetry';

/** What the journal answers, or why it doesn't. */
export type JournalAnswer<T> =
  | {
      readonly kind: 'answer';
      readonly value: T;
      /** How far the database that answered is behind the one that is written to, in ms; of a standby. */
      readonly lagMs: number;
    }
  /** There is no journal. */
  | { readonly kind: 'off' }
  | { readonly kind: 'away'; readonly message: string };

/** The journals of all workspaces. Never throws: a page shows what Redis knows all the same. */
export interface Journals {
  ask<T>(workspace: string, question: (reader: JournalReader) => Promise<T>): Promise<JournalAnswer<T>>;
  /** Whether days that the journal has dropped are kept elsewhere. */
  readonly hasArchive: boolean;
  /** Asks journal and archive together, which takes longer. */
  askArchive<T>(workspace: string, question: (reader: ArchiveReader) => Promise<T>): Promise<JournalAnswer<T>>;
  close(): Promise<void>;
}

export interface JournalsOptions {
  /** Undefined: there is none. */
  readonly place: JournalPlace | undefined;
  /** Undefined: days are dropped for good. */
  readonly archive: ArchiveTarget | undefined;
  readonly person: PersonPrivacy;
  readonly workspaces: readonly string[];
  readonly logger: Logger;
}

/** How long a lag is good for, in ms: it is asked for beside each question. */
const LAG_KNOWN_MS = 5_000;

export function createJournals({ place, archive, person, workspaces, logger }: JournalsOptions): Journals {
  const source = place && createJournalSource(place, logger);
  const readers = new Map(
    source && workspaces.map((name) => [name, createJournalReader({ source, workspace: name, person })]),
  );
  const archives = new Map(
    archive &&
      workspaces.map((workspace) => [
        workspace,
        createArchiveReader({ target: archive, workspace, person, ...(source === undefined ? {} : { source }) }),
      ]),
  );
  let lag = { askedAtMs: Number.NEGATIVE_INFINITY, ms: Promise.resolve(0) };
  const lagMs = (): Promise<number> => {
    if (source !== undefined && performance.now() - lag.askedAtMs > LAG_KNOWN_MS) {
      lag = { askedAtMs: performance.now(), ms: source.lagMs() };
    }
    return lag.ms;
  };
  const ask = async <R, T>(
    workspace: string,
    reader: R | undefined,
    question: (reader: R) => Promise<T>,
  ): Promise<JournalAnswer<T>> => {
    if (reader === undefined) return { kind: 'off' };
    try {
      const [value, behindMs] = await Promise.all([question(reader), lagMs()]);
      return { kind: 'answer', value, lagMs: behindMs };
    } catch (error) {
      logger.warn({ err: error, workspace }, 'the journal does not answer');
      return { kind: 'away', message: error instanceof Error ? error.message : String(error) };
    }
  };
  return {
    ask: (workspace, question) => ask(workspace, readers.get(workspace), question),
    hasArchive: archive !== undefined,
    askArchive: (workspace, question) => ask(workspace, archives.get(workspace), question),
    async close() {
      await Promise.all([...archives.values()].map((each) => each.close()));
      await source?.close();
    },
  };
}
