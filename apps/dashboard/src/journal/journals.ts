import {
  createJournalReader,
  createJournalSource,
  type JournalPlace,
  type JournalReader,
  type PersonPrivacy,
} from '@cio-fleet/journal';
import type { Logger } from '@cio-fleet/telemetry';

/** What the journal answers, or why it doesn't. */
export type JournalAnswer<T> =
  | { readonly kind: 'answer'; readonly value: T }
  /** There is no journal. */
  | { readonly kind: 'off' }
  | { readonly kind: 'away'; readonly message: string };

/** The journals of all workspaces. Never throws: a page shows what Redis knows all the same. */
export interface Journals {
  ask<T>(workspace: string, question: (reader: JournalReader) => Promise<T>): Promise<JournalAnswer<T>>;
  close(): Promise<void>;
}

export interface JournalsOptions {
  /** Undefined: there is none. */
  readonly place: JournalPlace | undefined;
  readonly person: PersonPrivacy;
  readonly workspaces: readonly string[];
  readonly logger: Logger;
}

export function createJournals({ place, person, workspaces, logger }: JournalsOptions): Journals {
  if (place === undefined) return { ask: async () => ({ kind: 'off' }), close: async () => undefined };
  const source = createJournalSource(place, logger);
  const readers = new Map(workspaces.map((name) => [name, createJournalReader({ source, workspace: name, person })]));
  return {
    async ask(workspace, question) {
      const reader = readers.get(workspace);
      if (reader === undefined) return { kind: 'off' };
      try {
        return { kind: 'answer', value: await question(reader) };
      } catch (error) {
        logger.warn({ err: error, workspace }, 'the journal does not answer');
        return { kind: 'away', message: error instanceof Error ? error.message : String(error) };
      }
    },
    close: () => source.close(),
  };
}
