import { validateOperation } from '@cio-fleet/contracts';
import type { OperationInput } from '@cio-fleet/producer';
import {
  MAX_MESSAGE_BYTES,
  type MessageContext,
  mapMessage,
  type RequestMessages,
  TOO_LARGE,
} from '@cio-fleet/segment';
import type { MessageProblem } from './segment-answer.ts';

/** The operations of a request, and what could not become one. */
export interface MappedRequest {
  readonly operations: readonly OperationInput[];
  /** The place in the request of each operation's message: one may become two, or none. */
  readonly places: readonly number[];
  readonly problems: readonly MessageProblem[];
  /** Messages that their sender keeps from Customer.io. */
  readonly excluded: number;
}

export interface MapRequestOptions {
  readonly context: MessageContext;
  /** Bytes of the body: below the limit of one message none needs to be measured. */
  readonly bodyBytes: number;
  /** Whether operations are checked here and now: in strict mode nothing is accepted unless all can be. */
  readonly isStrict: boolean;
}

/** Maps the messages of a request by the table. */
export function mapRequest(
  request: RequestMessages,
  { context, bodyBytes, isStrict }: MapRequestOptions,
): MappedRequest {
  if (!request.ok) return unmapped({ index: 0, ...request.refusal });
  const inRequest: MessageContext = { ...context, sentAt: request.sentAt };
  const operations: OperationInput[] = [];
  const places: number[] = [];
  const problems: MessageProblem[] = [];
  let excluded = 0;
  for (const [index, message] of request.messages.entries()) {
    const mapped =
      bodyBytes > MAX_MESSAGE_BYTES && isTooLarge(message)
        ? ({ ok: false, refusal: TOO_LARGE } as const)
        : mapMessage(message, inRequest);
    if (!mapped.ok) {
      problems.push({ index, code: mapped.refusal.code, message: mapped.refusal.message });
      continue;
    }
    if (mapped.operations.length === 0) excluded += 1;
    for (const operation of mapped.operations) {
      const problem = isStrict ? problemOf(operation) : undefined;
      if (problem !== undefined) problems.push({ index, ...problem });
      else {
        operations.push(operation);
        places.push(index);
      }
    }
  }
  return { operations, places, problems, excluded };
}

/** What comes of a request that can't be read. */
export function unmapped(problem: MessageProblem): MappedRequest {
  return { operations: [], places: [], problems: [problem], excluded: 0 };
}

function isTooLarge(message: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(message)) > MAX_MESSAGE_BYTES;
}

function problemOf(operation: OperationInput): Omit<MessageProblem, 'index'> | undefined {
  const { idempotencyKey, idempotencyWindowMs, ...draft } = operation;
  const result = validateOperation(draft);
  return result.ok ? undefined : { code: result.refusal.code, message: result.refusal.message };
}
