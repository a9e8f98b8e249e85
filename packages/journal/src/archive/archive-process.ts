import { toArchiveError } from './archive-error.ts';
import { type ArchiveSetup, type ArchiveWork, createArchiveWork } from './archive-work.ts';

/** What the parent sends. */
export interface ArchiveCall {
  readonly id: number;
  readonly setup: ArchiveSetup;
  readonly method: keyof ArchiveWork;
  readonly args: readonly unknown[];
}

export type ArchiveAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { readonly code: string; readonly message: string } };

async function answer({ id, setup, method, args }: ArchiveCall): Promise<ArchiveAnswer> {
  try {
    const work = createArchiveWork(setup)[method] as (...each: readonly unknown[]) => Promise<unknown>;
    return { id, result: await work(...args) };
  } catch (error) {
    const { code, message } = toArchiveError(error);
    return { id, error: { code, message } };
  }
}

/** One call after the other: the memory of one DuckDB is what this process is given. */
let last: Promise<unknown> = Promise.resolve();

process.on('message', (call: ArchiveCall) => {
  last = last.then(async () => process.send?.(await answer(call)));
});
// Without its parent nobody waits for an answer. What it was writing has no manifest yet.
process.on('disconnect', () => process.exit(0));
