import { laneKeyOf, type PersonInput, personLaneKey, type Verb } from '@cio-fleet/contracts';
import type { EnqueueErrorCode } from '../enqueue-result.ts';
import type { AnyEvents, EventMap } from '../event-map.ts';
import { FailureReport, type OnError } from '../failure-report.ts';
import type { Producer } from '../producer-calls.ts';
import { createVerbs } from '../verbs.ts';
import { matches } from './matches.ts';
import { type EnqueuedOperation, TestSink } from './test-sink.ts';

/** Options of `createTestProducer`. */
export interface TestProducerOptions {
  readonly source?: string;
  readonly onError?: OnError;
}

/** A producer that keeps what it is given, with the same checks as the real one, and no Redis. */
export interface TestProducer<Events extends EventMap = AnyEvents> extends Producer<Events> {
  /** What was taken, oldest first. */
  readonly operations: readonly EnqueuedOperation[];
  /** Forgets operations and planned failures. */
  clear(): void;
  /** The next call (or the next `times` calls) that passes the checks fails with `code`. */
  failNext(code: EnqueueErrorCode, times?: number): void;
  /**
   * The first operation of `verb` on `person` that has what `partial` has (in its `op`). The person may be left out.
   *
   * @throws Error that lists what was enqueued instead
   */
  expectEnqueued(verb: Verb, person?: PersonInput, partial?: object): EnqueuedOperation;
  /** @throws Error when there is such an operation, or any at all when nothing is given */
  expectNotEnqueued(verb?: Verb, person?: PersonInput, partial?: object): void;
}

/** Makes an in-memory producer for the tests of a host. */
export function createTestProducer<Events extends EventMap = AnyEvents>(
  options: TestProducerOptions = {},
): TestProducer<Events> {
  const sink = new TestSink();
  const report = new FailureReport(options.onError, undefined);
  const done = () => Promise.resolve({ ok: true, pending: 0 } as const);
  const find = (verb?: Verb, person?: PersonInput, partial: object = {}) =>
    sink.operations.find(
      (operation) =>
        (verb === undefined || operation.verb === verb) &&
        (person === undefined || laneKeyOf(operation.op) === laneKeyOfInput(person)) &&
        matches(operation.op, partial),
    );
  const producer: TestProducer = {
    ...createVerbs({ sink, report, defaults: { source: options.source } }),
    spoolState: () => undefined,
    flush: done,
    close() {
      sink.close();
      return done();
    },
    get operations() {
      return sink.operations;
    },
    clear: () => sink.clear(),
    failNext: (code, times = 1) => sink.failNext(code, times),
    expectEnqueued(verb, person, partial) {
      const found = find(verb, person, partial);
      if (found !== undefined) return found;
      throw new Error(`expected ${wanted(verb, person, partial)} to be enqueued, got ${inventory(sink.operations)}`);
    },
    expectNotEnqueued(verb, person, partial) {
      const found = find(verb, person, partial);
      if (found === undefined) return;
      throw new Error(`expected no ${wanted(verb, person, partial)} to be enqueued, got ${describe(found)}`);
    },
  };
  // As with the real one, the event map exists for the compiler alone.
  return producer as unknown as TestProducer<Events>;
}

function laneKeyOfInput(person: PersonInput): string {
  if (typeof person !== 'object') return personLaneKey({ id: String(person) });
  return personLaneKey('id' in person ? { id: String(person.id) } : person);
}

function wanted(verb?: Verb, person?: PersonInput, partial?: object): string {
  const parts = [verb ?? 'operation'];
  if (person !== undefined) parts.push(`of ${laneKeyOfInput(person)}`);
  if (partial !== undefined) parts.push(`with ${JSON.stringify(partial)}`);
  return parts.join(' ');
}

function inventory(operations: readonly EnqueuedOperation[]): string {
  return operations.length === 0 ? 'nothing' : `\n${operations.map(describe).join('\n')}`;
}

function describe({ verb, op }: EnqueuedOperation): string {
  return `- ${verb} of ${laneKeyOf(op)}: ${JSON.stringify(op)}`;
}
