import { unreadablePush } from './dead-letter.ts';
import type { HeadDependencies, HeadResult, HeadRun } from './head-run.ts';
import { deadLetterAddress } from './queue-address.ts';
import { settledProgress } from './settle.ts';

/** How long a lane waits when a newer version wrote its head, until a newer worker takes it, in ms. */
const NEWER_VERSION_DELAY_MS = 5000;

/** A head that a newer version wrote is not ours to judge: it waits for a newer worker, and Bull Board shows why. */
export async function waitForNewerWorker(run: HeadRun, version: number, deps: HeadDependencies): Promise<HeadResult> {
  const message = `Job format ${version} is newer than this worker reads; it waits for a newer worker.`;
  const lastError = { code: 'JOB_VERSION_NEWER', message, at: deps.now() };
  await deps.store.note(run.lease, { ...run.progress, lastError });
  return { kind: 'wait', delayMs: NEWER_VERSION_DELAY_MS };
}

/** A head that can't be read becomes a dead letter with its text; thrown, it would fail and the lane would overtake it. */
export async function buryUnreadable(run: HeadRun, problem: string, deps: HeadDependencies): Promise<HeadResult> {
  const { headOperations = 1 } = await deps.store.peek(run.lease.jobId, { jobs: 0, bytes: 0 });
  const text = JSON.stringify(run.data) ?? '';
  const push = unreadablePush(deadLetterAddress(deps.queue.workspace), run.lease.jobId, text, problem, deps.now());
  await deps.store.finish(run.lease, {
    headOperations,
    followers: [],
    pushes: [{ ...push, operations: headOperations }],
    held: new Map(),
    ledger: new Map([['dead-lettered', headOperations]]),
    deadLetterReasons: new Map([['UNREADABLE', headOperations]]),
    progress: settledProgress(run.progress),
  });
  return { kind: 'wait', delayMs: 0 };
}
