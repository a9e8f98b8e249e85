import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { type CollectedBytes, collectBytes } from './collect-bytes.ts';
import { contentCodingOf } from './content-coding.ts';
import { drainBody } from './drain-body.ts';
import { HttpProblem } from './http-problem.ts';
import { isDeeperThan } from './json-depth.ts';

/** What a body may be. */
export interface BodyReaderOptions {
  /** Bytes on the wire, and bytes after it was decompressed. */
  readonly maxBytes: number;
  /** Levels of objects and arrays. */
  readonly maxDepth: number;
  /** Whether compressed bodies are taken: gzip, deflate and br. */
  readonly gunzip: boolean;
  /** Keeps the bytes, for `rawBodyOf`. @defaultValue false */
  readonly keepRaw?: boolean;
  /** Whether it is read as JSON into `request.body`; otherwise with `parseBody`, once that is worth it. @defaultValue true */
  readonly parses?: boolean;
  /** How long the whole body may take, in ms. @defaultValue 10_000 */
  readonly timeoutMs?: number;
}

/** A body as JSON (undefined where there is none), or what is wrong with it. */
export type ParsedBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: HttpProblem };

const DEFAULT_TIMEOUT_MS = 10_000;

const rawBodies = new WeakMap<IncomingMessage, Buffer>();

/** The bytes of a body that was read with `keepRaw`, decompressed; empty where there were none. */
export function rawBodyOf(request: IncomingMessage): Buffer {
  return rawBodies.get(request) ?? Buffer.alloc(0);
}

/**
 * Reads a body as JSON into `request.body`; without a body that is undefined. The content type is not looked at: SDKs send
 * JSON as text, as a form or without a type, and Customer.io reads it all the same.
 *
 * A value is what `JSON.parse` makes, so a member named `__proto__` is a plain member of it: don't merge it into anything.
 */
export function createBodyReader(options: BodyReaderOptions): RequestHandler {
  const { maxBytes, maxDepth, gunzip, keepRaw = false, parses = true, timeoutMs = DEFAULT_TIMEOUT_MS } = options;

  async function read(request: Request, response: Response): Promise<HttpProblem | undefined> {
    const coding = contentCodingOf(request.headers['content-encoding']);
    if (coding.kind === 'unknown' || (coding.kind === 'coded' && !gunzip)) {
      response.setHeader('connection', 'close');
      await drainBody(request);
      const taken = gunzip ? 'gzip, deflate, br or no content-encoding' : 'no content-encoding';
      return new HttpProblem('BODY_ENCODING', 415, `expected ${taken}, got another; send the body in one of these`);
    }
    const decoder = coding.kind === 'coded' ? { decoder: coding.decoder() } : {};
    const collected = await collectBytes(request, { maxBytes, timeoutMs, ...decoder });
    if (collected.kind !== 'bytes') {
      // What is left of the body must not be taken for the next request.
      response.setHeader('connection', 'close');
      if (collected.kind === 'too-large' || collected.kind === 'undecodable') await drainBody(request);
      return problemOf(collected.kind, maxBytes);
    }
    const { bytes } = collected;
    if (keepRaw) rawBodies.set(request, bytes);
    request.body = undefined;
    if (!parses) return undefined;
    const parsed = parseBody(bytes, maxDepth);
    if (!parsed.ok) return parsed.problem;
    request.body = parsed.value;
    return undefined;
  }

  return (request, response, next) => {
    read(request, response).then((problem) => (problem === undefined ? next() : next(problem)), next);
  };
}

/** Reads the bytes of a body as JSON of at most `maxDepth` levels. Never throws. */
export function parseBody(bytes: Buffer, maxDepth: number): ParsedBody {
  if (bytes.length === 0) return { ok: true, value: undefined };
  if (isDeeperThan(bytes, maxDepth)) {
    const message = `expected at most ${maxDepth} levels, got more; flatten the data`;
    return { ok: false, problem: new HttpProblem('BODY_TOO_DEEP', 400, message) };
  }
  try {
    if (isUtf8(bytes)) return { ok: true, value: JSON.parse(withoutMark(bytes).toString('utf8')) as unknown };
  } catch {
    // The parser's message quotes the body, which may be personal: that it isn't JSON is all that is told.
  }
  const message = 'expected JSON in UTF-8, got something else; send JSON';
  return { ok: false, problem: new HttpProblem('BODY_NOT_JSON', 400, message) };
}

/** Some clients put a byte order mark before their JSON, which no parser takes. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

function problemOf(kind: Exclude<CollectedBytes['kind'], 'bytes'>, maxBytes: number): HttpProblem {
  switch (kind) {
    case 'too-large':
      return new HttpProblem('BODY_TOO_LARGE', 413, `expected at most ${maxBytes} bytes, got more; send less at once`);
    case 'undecodable':
      return new HttpProblem('BODY_ENCODING', 415, 'expected a body coded as content-encoding says, got another');
    case 'too-slow':
      return new HttpProblem('BODY_TIMEOUT', 408, 'expected the whole body in time, it did not come; send it again');
    case 'aborted':
      return new HttpProblem(
        'BODY_ABORTED',
        400,
        'expected the whole body, the connection ended before; send it again',
      );
  }
}
