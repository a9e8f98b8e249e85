import type { IncomingHttpHeaders } from 'node:http';

/** The data of a job in `<workspace>.webhook-forward`: a webhook as it came, so that its signature still fits. */
export interface ForwardJobData {
  readonly v: 1;
  /** The body as text, or in base64 where it is not UTF-8. */
  readonly body: string;
  readonly encoding: 'utf8' | 'base64';
  readonly headers: Readonly<Record<string, string>>;
  /** When it was taken, in ms. */
  readonly receivedAt: number;
}

/** The headers that go on to the receiver. */
const FORWARDED_HEADERS = ['content-type', 'x-cio-timestamp', 'x-cio-signature'] as const;

/** Retries are our own (see `forward-policy.ts`), so BullMQ's attempts only say when it gives up by itself: never. */
export const FORWARD_JOB_OPTIONS = {
  attempts: 1,
  removeOnComplete: { count: 100 },
  removeOnFail: { count: 10_000, age: 30 * 24 * 3600 },
} as const;

export function forwardJobOf(body: Buffer, headers: IncomingHttpHeaders, receivedAt: number): ForwardJobData {
  const text = body.toString('utf8');
  const isText = Buffer.from(text, 'utf8').equals(body);
  const kept = FORWARDED_HEADERS.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return {
    v: 1,
    body: isText ? text : body.toString('base64'),
    encoding: isText ? 'utf8' : 'base64',
    headers: Object.fromEntries(kept),
    receivedAt,
  };
}

/** Reads what Redis holds, where others may write too. */
export function readForwardJob(data: unknown): ForwardJobData | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { v, body, encoding, headers, receivedAt } = data as Readonly<Record<string, unknown>>;
  const isSound =
    v === 1 &&
    typeof body === 'string' &&
    (encoding === 'utf8' || encoding === 'base64') &&
    typeof headers === 'object' &&
    headers !== null &&
    typeof receivedAt === 'number';
  return isSound ? (data as ForwardJobData) : undefined;
}
