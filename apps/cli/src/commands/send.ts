import { createProducer, type EnqueueError, type EnqueueResult } from '@cio-fleet/producer';
import { Argument } from 'commander';
import { printable } from '../format/printable.ts';
import { usageError } from '../session/cli-error.ts';
import type { CommandContext } from '../session/command-context.ts';
import { EXIT_CODES, type ExitCode } from '../session/exit-code.ts';
import { jsonObjectOption } from '../session/json-option.ts';
import { producerRedis } from '../session/producer-redis.ts';
import { withRedis } from '../session/redis-session.ts';
import { draftOperation } from '../verbs/draft-operation.ts';
import { SEND_VERBS } from '../verbs/verb-forms.ts';
import type { AddCommand } from './fleet-command.ts';

interface SendOptions {
  readonly data?: string;
  readonly source: string;
  readonly idempotencyKey?: string;
  readonly timestamp?: string;
}

const CLOSE_TIMEOUT_MS = 1_000;
const ENQUEUE_TIMEOUT_MS = 5_000;
const UNANSWERED = `expected Redis to take the operation within ${ENQUEUE_TIMEOUT_MS / 1_000} s, got no answer; whether it did is unknown: send it again with an --idempotency-key`;

const EXAMPLES = `
Examples:
  fleet send identify 42 --data '{"plan":"pro"}'
  fleet send track email:ada@example.com 'Order Placed' --data '{"total":9.5}'
  fleet send relate 42 1:acme
  fleet send merge 42 email:old@example.com`;

export const addSendCommand: AddCommand = (program, attach) => {
  const command = program
    .command('send')
    .summary('send one operation')
    .description('Sends one operation and prints its id once it is durable in Redis.')
    .addArgument(
      // For completion; whether it is one is checked with the other arguments, which also takes `add-device`.
      new Argument('<verb>', 'what to do').choices(SEND_VERBS).argParser((verb: string) => verb),
    )
    .argument('<person>', '42, email:…, phone:…, cio_id:…; an anonymous id; or an object as <type>:<id>')
    .argument('[name]', "the event's name, URL, screen, second person, object or device token")
    .option('--data <json>', 'attributes, as a JSON object')
    .option('--source <name>', 'the service to name as the sender', 'cli')
    .option('--idempotency-key <key>', 'repeats with the same key settle as deduplicated')
    .option('--timestamp <time>', 'when it happened: ISO 8601 or unix seconds')
    .addHelpText('after', EXAMPLES);
  attach<SendOptions>(command, send);
};

async function send(
  { workspace, redisUrl, output }: CommandContext,
  [verb, person, name]: readonly (string | undefined)[],
  { data, source, idempotencyKey, timestamp }: SendOptions,
): Promise<ExitCode> {
  const attributes = data === undefined ? undefined : jsonObjectOption('--data', data);
  const drafted = draftOperation({ verb, person, name, data: attributes, timestamp });
  if (!drafted.ok) {
    const { path, expected, received } = drafted.problem;
    throw usageError(`${path}: expected ${expected}, got ${received}; see: fleet send --help`);
  }
  const url = redisUrl();
  // A Redis that is away is told in one line here; the producer would only wait for it.
  await withRedis(url, (redis) => redis.ping());
  const result = await sendOne(url, workspace, { ...drafted.draft, source, ...(idempotencyKey && { idempotencyKey }) });
  if (result.ok) {
    output.result(result, () => result.id);
    return EXIT_CODES.ok;
  }
  if (output.json) output.value({ ok: false, error: errorValue(result.error) });
  else for (const line of errorLines(result.error)) output.note(line);
  return EXIT_CODES.failure;
}

async function sendOne(redisUrl: string, workspace: string, operation: object): Promise<EnqueueResult> {
  const producer = createProducer({ ...producerRedis(redisUrl), workspace, enqueueTimeoutMs: ENQUEUE_TIMEOUT_MS });
  try {
    const [result] = await producer.enqueueMany([operation as Record<string, unknown>]);
    if (result === undefined) throw new Error('expected one result from the producer, got none');
    return result;
  } finally {
    await producer.close({ timeoutMs: CLOSE_TIMEOUT_MS });
  }
}

/** The error as it goes into JSON. */
function errorValue({ code, message, refusal, retained }: EnqueueError) {
  // What a host would still have in its buffer ends with this process.
  if (retained) return { code, message: UNANSWERED };
  if (refusal === undefined) return { code, message };
  const { path, expected, received } = refusal;
  return { code, message, path, expected, received };
}

/** The error for people: one line per fact. */
export function errorLines(error: EnqueueError): readonly string[] {
  const { code, message, path, expected, received } = {
    path: undefined,
    expected: undefined,
    received: undefined,
    ...errorValue(error),
  };
  if (expected === undefined) return [`refused: ${code}`, `  ${printable(message)}`];
  return [
    `refused: ${code}`,
    `  path      ${path === '' ? '(the operation)' : printable(path ?? '')}`,
    `  expected  ${printable(expected)}`,
    `  received  ${printable(received ?? '')}`,
  ];
}
