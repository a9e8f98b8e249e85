import { type DeadLetterReason, laneKeyOf } from '@cio-fleet/contracts';
import { affectedKeys, isEvent } from './affected-keys.ts';
import type { CourierOptions, RequestFacts, RequestTracer } from './courier.ts';
import type { DeliveryError } from './delivery-error.ts';
import type { DeliveryRequest, DeliveryResult, Interruption, Settlement } from './delivery-result.ts';
import { identifyFingerprint } from './identify-fingerprint.ts';
import { type Item, itemOf } from './item.ts';
import type { DeliveryLimits } from './limits.ts';
import { sendRequest } from './send-request.ts';
import type { Verdict } from './verdict.ts';

/** What one call of `deliver` needs, and the state it builds up. */
export interface DeliveryRunOptions extends Required<Pick<CourierOptions, 'client' | 'breaker' | 'budget' | 'now'>> {
  readonly request: DeliveryRequest;
  readonly limits: DeliveryLimits;
  readonly traceRequest: RequestTracer;
  readonly onRequest: (facts: RequestFacts) => void;
}

export interface DeliveryRun {
  settle(index: number, settlement: Settlement): void;
  /** Delivers items in order. `false`: interrupted, send nothing more. */
  deliver(items: readonly Item[]): Promise<boolean>;
  result(): DeliveryResult;
}

export function createDeliveryRun(options: DeliveryRunOptions): DeliveryRun {
  return new Run(options);
}

/** How a range of items fared. `accepted`: one request carried all of it, so nothing in it spoils a request. */
type Progress = 'accepted' | 'searched' | 'interrupted';

class Run implements DeliveryRun {
  readonly #options: DeliveryRunOptions;
  readonly #settlements: (Settlement | undefined)[];
  /** Persons whose operation failed in isolation: what they have later must wait. */
  readonly #blocked = new Set<string>();
  #requests = 0;
  #interruption: Interruption | undefined;
  /** The last transient failure of an isolated run. */
  #failure: DeliveryError | undefined;
  #failuresInARow = 0;
  readonly #failedAlone: number[] = [];
  /** Indexes of what was in a request that failed. */
  readonly #inFailed = new Set<number>();

  constructor(options: DeliveryRunOptions) {
    this.#options = options;
    this.#settlements = new Array<Settlement | undefined>(options.request.operations.length).fill(undefined);
  }

  settle(index: number, settlement: Settlement): void {
    this.#settlements[index] = settlement;
  }

  async deliver(items: readonly Item[]): Promise<boolean> {
    return (await this.#deliver(items)) !== 'interrupted';
  }

  result(): DeliveryResult {
    const interruption =
      this.#interruption ?? (this.#failure === undefined ? undefined : { kind: 'transient', error: this.#failure });
    const failed = [...this.#inFailed].filter((index) => this.#settlements[index] === undefined);
    return {
      settlements: this.#settlements,
      requests: this.#requests,
      ...(failed.length > 0 && { failed }),
      ...(interruption !== undefined && { interruption }),
      ...(this.#failedAlone.length > 0 && { failedAlone: this.#failedAlone }),
    };
  }

  async #deliver(range: readonly Item[]): Promise<Progress> {
    const items = this.#blocked.size === 0 ? range : range.filter((item) => !this.#isBlocked(item));
    const [first] = items;
    if (first === undefined) return 'accepted';
    if (items.length === 1 && first.bytes >= this.#options.limits.maxBodyBytes) {
      this.#reject(first, tooLarge(first, this.#options.limits));
      return 'searched';
    }
    const verdict = await this.#send(items);
    if (verdict === undefined) return 'interrupted';
    switch (verdict.kind) {
      case 'delivered':
        for (const item of items) this.#delivered(item);
        return 'accepted';
      case 'partial':
        return this.#settlePartly(items, verdict.rejected);
      case 'bisect':
        return items.length > 1 ? this.#search(items, 'accepted') : this.#rejectOrUnmerge(first, verdict.reason);
      case 'split':
        // An accepted half says nothing about the other: both are smaller than what was too large.
        return items.length > 1 ? this.#search(items, undefined) : this.#rejectOrUnmerge(first, verdict.reason);
      case 'setup':
      case 'throttled':
        this.#noteFailed(items);
        return this.#interrupt(verdict);
      case 'transient':
        this.#noteFailed(items);
        return this.#failed(items, verdict);
    }
  }

  /**
   * Delivers both halves of a refused range, the left one first. When the left half goes through whole, what spoils the range is
   * in the right half, which then needs no test as a whole: so one poison operation among n costs at most
   * 2 * log2(n) + 1 requests. A single one is always tested: nothing is rejected on suspicion.
   *
   * @param proof - the progress of the left half that proves the right half guilty, where there is one
   */
  async #search(items: readonly Item[], proof: Progress | undefined): Promise<Progress> {
    const middle = items.length >> 1;
    const left = items.slice(0, middle);
    const right = items.slice(middle);
    const progress = await this.#deliver(left);
    if (progress === 'interrupted') return progress;
    const guilty = progress === proof && right.length > 1;
    const rest = guilty ? await this.#search(right, proof) : await this.#deliver(right);
    return rest === 'interrupted' ? rest : 'searched';
  }

  /** A transient failure ends the sending, lest a later operation overtake a repeat; in isolation it is searched for. */
  async #failed(items: readonly Item[], verdict: Extract<Verdict, { kind: 'transient' }>): Promise<Progress> {
    if (this.#options.request.isolate !== true) return this.#interrupt(verdict);
    this.#failure = verdict.error;
    this.#failuresInARow += 1;
    // The way down to one operation is log2(n) failures long. Much more than that without one success is an outage.
    const patience = 2 * Math.ceil(Math.log2(this.#options.request.operations.length + 1)) + 4;
    if (this.#failuresInARow > patience) {
      this.#failedAlone.length = 0;
      return this.#interrupt(verdict);
    }
    if (items.length > 1) return this.#search(items, undefined);
    for (const { index, queued } of items.flatMap(({ members }) => members)) {
      this.#failedAlone.push(index);
      for (const key of affectedKeys(queued.op)) this.#blocked.add(key);
    }
    return 'searched';
  }

  #noteFailed(items: readonly Item[]): void {
    for (const { members } of items) for (const { index } of members) this.#inFailed.add(index);
  }

  async #settlePartly(items: readonly Item[], rejected: ReadonlyMap<number, DeadLetterReason>): Promise<Progress> {
    const unmerged: Item[] = [];
    for (const [position, item] of items.entries()) {
      const reason = rejected.get(position);
      if (reason === undefined) this.#delivered(item);
      else if (item.members.length > 1) unmerged.push(item);
      else this.#reject(item, reason);
    }
    // Now, before anything later is sent. Where later operations of the person were in this very request, the identifies come
    // after them: their timestamps put them right.
    for (const item of unmerged) {
      if ((await this.#deliverMembers(item)) === 'interrupted') return 'interrupted';
    }
    return 'accepted';
  }

  async #rejectOrUnmerge(item: Item, reason: DeadLetterReason): Promise<Progress> {
    if (item.members.length > 1) return this.#deliverMembers(item);
    this.#reject(item, reason);
    return 'searched';
  }

  /** Each identify of a refused merged one by itself, in order, so that only the guilty one is rejected. */
  async #deliverMembers(item: Item): Promise<Progress> {
    for (const member of item.members) {
      if ((await this.#deliver([itemOf(member)])) === 'interrupted') return 'interrupted';
    }
    return 'searched';
  }

  #delivered(item: Item): void {
    const { memory } = this.#options.request;
    for (const { index } of item.members) this.settle(index, { state: 'delivered' });
    const last = item.members.at(-1)?.queued;
    if (memory === undefined || last === undefined || isEvent(last.op)) return;
    if (last.op.type === 'person' && last.op.action === 'identify') {
      memory.remember(laneKeyOf(last.op), { operationId: last.id, fingerprint: identifyFingerprint(last.op) });
    } else {
      this.#forget(item);
    }
  }

  #reject(item: Item, reason: DeadLetterReason): void {
    for (const { index } of item.members) this.settle(index, { state: 'rejected', reason });
    this.#forget(item);
  }

  #forget(item: Item): void {
    for (const { queued } of item.members) {
      for (const key of affectedKeys(queued.op)) this.#options.request.memory?.forgetPerson(key);
    }
  }

  #isBlocked(item: Item): boolean {
    return item.members.some(({ queued }) => affectedKeys(queued.op).some((key) => this.#blocked.has(key)));
  }

  #interrupt(interruption: Interruption): Progress {
    this.#interruption = interruption;
    return 'interrupted';
  }

  /** One HTTP request. `undefined`: not to be judged; `#interruption` says why. */
  async #send(items: readonly Item[]): Promise<Verdict | undefined> {
    const result = await sendRequest(items, { ...this.#options, isExpectedToFail: this.#failuresInARow > 0 });
    if (result.sent) this.#requests += 1;
    const { verdict } = 'verdict' in result ? result : { verdict: undefined };
    if (result.sent && (verdict === undefined || verdict.kind === 'transient')) {
      // They may have got through or not: what reached these persons last is unknown.
      for (const item of items) if (!isEvent(item.op)) this.#forget(item);
    }
    if ('interruption' in result) this.#interrupt(result.interruption);
    else if (ANSWERED.has(result.verdict.kind)) this.#failuresInARow = 0;
    return verdict;
  }
}

const ANSWERED: ReadonlySet<Verdict['kind']> = new Set(['delivered', 'partial', 'bisect', 'split']);

function tooLarge(item: Item, limits: DeliveryLimits): DeadLetterReason {
  const message = `expected an operation of less than ${limits.maxBodyBytes} bytes, got ${item.bytes}: send less data`;
  return { code: 'TOO_LARGE', message };
}
