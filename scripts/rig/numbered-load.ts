import type { EnqueueResult, Producer } from '@cio-fleet/producer';
import type { LoadRecord } from './arrival-checker.ts';
import { REJECTED_NAME } from './numbered-operation.ts';
import { integerBelow } from './seeded-random.ts';

/** Shares of the calls, each from 0 to 1; what is left are tracks. */
export interface LoadMix {
  readonly identify: number;
  /** Tracks of the name that the receiver can be told to refuse. */
  readonly rejected: number;
  /** Tracks of about 32 KB, as large as an operation may be. */
  readonly large: number;
  /** Short lives of a throw-away person, each with a suppress or delete. */
  readonly erasure: number;
}

/** Only what any receiver takes: for drills that look at order and loss alone. */
export const PLAIN_MIX: LoadMix = { identify: 0.2, rejected: 0, large: 0, erasure: 0 };

/** Tracks of about 32 KB only. */
export const LARGE_MIX: LoadMix = { identify: 0, rejected: 0, large: 1, erasure: 0 };

/** A bit of everything. */
export const FULL_MIX: LoadMix = { identify: 0.2, rejected: 0.01, large: 0.004, erasure: 0.003 };

export interface NumberedLoadOptions {
  readonly cio: Producer;
  readonly checker: LoadRecord;
  readonly operations: number;
  readonly persons: number;
  readonly random: () => number;
  /** Operations in flight at a time. */
  readonly concurrency: number;
  /** Operations per second; undefined: as fast as they are accepted. */
  readonly perSecond?: number;
  readonly signal?: AbortSignal;
  /** @defaultValue PLAIN_MIX */
  readonly mix?: LoadMix;
  /** What the ids of persons begin with. Two loads must not share persons. @defaultValue 'p' */
  readonly personPrefix?: string;
  /** Bytes of text that each track and identify carries for its size. @defaultValue 0 */
  readonly fillerBytes?: number;
  /**
   * Called for a call that was not accepted; `retained` ones are sent all the same when Redis is back.
   * @defaultValue throws, unless it is retained
   */
  readonly onRefused?: (result: EnqueueResult & { readonly ok: false }, person: string, n: number) => void;
}

/** Just below the 32,000 bytes that one operation may have. */
const LARGE_TEXT_BYTES = 31_000;

/** Most bytes of one attribute value. */
const VALUE_BYTES = 900;

/**
 * Sends numbered operations on random persons. Calls on one person follow each other, so their order is known: the next is
 * made only when the one before was answered.
 */
export async function sendNumberedLoad(options: NumberedLoadOptions): Promise<void> {
  const { cio, operations, persons, random, concurrency, perSecond, signal } = options;
  const { mix = PLAIN_MIX, personPrefix = 'p', fillerBytes = 0 } = options;
  const filler = fillerBytes === 0 ? {} : { filler: 'x'.repeat(fillerBytes) };
  const startedAt = performance.now();
  const last = new Map<string, Promise<boolean>>();
  let sent = 0;
  let throwAways = 0;

  async function call(person: string, before: Promise<boolean> | undefined): Promise<boolean> {
    await before;
    return numbered(options, person, (n) => {
      const draw = random();
      if (draw < mix.identify) return cio.identify(person, { [`n${n}`]: true, ...filler });
      if (draw < mix.identify + mix.rejected) return cio.track(person, REJECTED_NAME, { n });
      if (draw < mix.identify + mix.rejected + mix.large)
        return cio.track(person, 'Large', { n, ...largeAttributes() });
      return cio.track(person, 'Numbered', { n, ...filler });
    });
  }

  const lane = async (): Promise<void> => {
    while (sent < operations && !signal?.aborted) {
      sent += 1;
      if (perSecond !== undefined) await until(startedAt + (sent / perSecond) * 1000);
      if (random() < mix.erasure) {
        throwAways += 1;
        await liveAndBeErased(options, `${personPrefix}x${throwAways}`);
        continue;
      }
      const person = `${personPrefix}${integerBelow(random, persons)}`;
      const done = call(person, last.get(person));
      last.set(person, done);
      const isOk = await done;
      // Refusals come at once: without this a load without a pace would never let the loop turn.
      if (!isOk) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

/** A person who is identified, does something, is suppressed or deleted, and (when deleted) comes back. */
export async function liveAndBeErased(
  options: Pick<NumberedLoadOptions, 'cio' | 'checker' | 'random' | 'onRefused'>,
  person: string,
): Promise<void> {
  const { cio, random, checker } = options;
  const isDelete = random() < 0.5;
  const isRacing = random() < 0.5;
  const steps: readonly ((n: number) => Promise<EnqueueResult>)[] = [
    (n) => cio.identify(person, { [`n${n}`]: true }),
    (n) => cio.track(person, random() < 0.3 ? REJECTED_NAME : 'Numbered', { n }),
    (n) => cio.identify(person, { [`n${n}`]: true }),
    (n) => {
      checker.erasing(person, n);
      return isDelete ? cio.delete(person) : cio.suppress(person);
    },
    ...(isDelete ? [(n: number) => cio.track(person, 'Numbered', { n })] : []),
  ];
  const calls: Promise<boolean>[] = [];
  for (const step of steps) {
    const done = numbered(options, person, step);
    calls.push(done);
    // Made in one turn they travel together; one after another, each finds the one before on its way.
    if (!isRacing) await done;
  }
  await Promise.all(calls);
}

/** @returns whether it was accepted */
async function numbered(
  { checker, onRefused = throwUnlessRetained }: Pick<NumberedLoadOptions, 'checker' | 'onRefused'>,
  person: string,
  call: (n: number) => Promise<EnqueueResult>,
): Promise<boolean> {
  const n = checker.next(person);
  const result = await call(n);
  if (result.ok) checker.accepted(person, n);
  else onRefused(result, person, n);
  return result.ok;
}

function throwUnlessRetained({ error }: EnqueueResult & { readonly ok: false }): void {
  // It stays buffered, so it is sent when Redis is back; but nothing was promised.
  if (!error.retained) throw new Error(`${error.code}: ${error.message}`);
}

const LARGE_ATTRIBUTES: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: Math.floor(LARGE_TEXT_BYTES / (VALUE_BYTES + 10)) }, (_, i) => [
    `t${i}`,
    'x'.repeat(VALUE_BYTES),
  ]),
);

function largeAttributes(): Readonly<Record<string, string>> {
  return LARGE_ATTRIBUTES;
}

async function until(at: number): Promise<void> {
  const waitMs = at - performance.now();
  if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
}
