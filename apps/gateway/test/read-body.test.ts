import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpProblem } from '../src/http/http-problem.ts';
import { createBodyReader, rawBodyOf } from '../src/http/read-body.ts';
import { limitServer, SERVER_OPTIONS } from '../src/http/server-limits.ts';

const MAX_BYTES = 100_000;
const MAX_DEPTH = 10;
const TIMEOUT_MS = 300;

let server: Server;
let url: string;

beforeAll(async () => {
  const app = express();
  const answer: RequestHandler = (request, response) => {
    const polluted = ({} as { polluted?: unknown }).polluted !== undefined;
    response.json({ body: request.body ?? 'none', rawBytes: rawBodyOf(request).length, polluted });
  };
  const options = { maxBytes: MAX_BYTES, maxDepth: MAX_DEPTH, timeoutMs: 60_000 };
  app.use('/impatient', createBodyReader({ ...options, gunzip: true, timeoutMs: TIMEOUT_MS }));
  app.use('/plain', createBodyReader({ ...options, gunzip: false }));
  app.use('/raw', createBodyReader({ ...options, gunzip: true, keepRaw: true, parses: false }), answer);
  app.use('/', createBodyReader({ ...options, gunzip: true, keepRaw: true }));
  app.use(answer);
  const render: ErrorRequestHandler = (error: unknown, _request, response, next) => {
    if (error instanceof HttpProblem) response.status(error.status).json({ code: error.code });
    else next(error);
  };
  server = createServer(SERVER_OPTIONS, app.use(render));
  limitServer(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function post(body: string | Buffer, headers: Record<string, string> = {}, path = '/') {
  const sent = typeof body === 'string' ? body : new Uint8Array(body);
  const response = await fetch(`${url}${path}`, { method: 'POST', body: sent, headers });
  return { status: response.status, ...((await response.json()) as Record<string, unknown>) };
}

/** Sends bytes as they are, and gives everything that comes back until the server closes. */
async function raw(text: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(text);
  let answer = '';
  socket.setEncoding('latin1').on('data', (part: string) => {
    answer += part;
  });
  await once(socket, 'close');
  return answer;
}

const JSON_TEXT = '{"type":"person","name":"ünïcode"}';

describe('a body of JSON', () => {
  it.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'image/png; charset=utf-16'])(
    'is read whatever its content type says: %s',
    async (type) => {
      expect(await post(JSON_TEXT, { 'content-type': type })).toMatchObject({
        status: 200,
        body: JSON.parse(JSON_TEXT),
      });
    },
  );

  it.each([
    ['gzip', gzipSync(JSON_TEXT)],
    ['x-gzip', gzipSync(JSON_TEXT)],
    ['GZIP', gzipSync(JSON_TEXT)],
    ['deflate', deflateSync(JSON_TEXT)],
    ['br', brotliCompressSync(JSON_TEXT)],
    ['identity', Buffer.from(JSON_TEXT)],
  ])('is read when it is coded as %s', async (coding, bytes) => {
    const rawBytes = Buffer.byteLength(JSON_TEXT);
    expect(await post(bytes, { 'content-encoding': coding })).toMatchObject({ status: 200, rawBytes });
  });

  it('is read to its end when it inflates in many pieces', async () => {
    const text = JSON.stringify(Array.from({ length: 4_000 }, (_, index) => Math.sin(index)));
    const answer = await post(gzipSync(text), { 'content-encoding': 'gzip' });
    expect(answer).toMatchObject({ status: 200, rawBytes: text.length });
  });

  it('is read with a byte order mark before it', async () => {
    expect(await post(`\uFEFF${JSON_TEXT}`)).toMatchObject({ status: 200, body: JSON.parse(JSON_TEXT) });
  });

  it('is read up to the very limit of bytes and of levels', async () => {
    expect(await post(`"${'x'.repeat(MAX_BYTES - 2)}"`)).toMatchObject({ status: 200, rawBytes: MAX_BYTES });
    expect(await post(`${'['.repeat(MAX_DEPTH)}${']'.repeat(MAX_DEPTH)}`)).toMatchObject({ status: 200 });
  });

  it('may hold names that are dangerous to merge, and pollutes nothing', async () => {
    const hostile = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    expect(await post(hostile)).toMatchObject({ status: 200, polluted: false });
  });

  it('is left alone where its bytes are to be looked at first', async () => {
    expect(await post('{"a":', {}, '/raw')).toMatchObject({ status: 200, body: 'none', rawBytes: 5 });
  });

  it('is nothing where there is no body', async () => {
    expect(await post('')).toMatchObject({ status: 200, body: 'none', rawBytes: 0 });
  });
});

describe('a body is refused', () => {
  it.each([
    ['that is not JSON', 'nope', 400, 'BODY_NOT_JSON'],
    ['that is cut', '{"a":', 400, 'BODY_NOT_JSON'],
    ['that is not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), 400, 'BODY_NOT_JSON'],
    ['that nests too deep', `${'['.repeat(11)}${']'.repeat(11)}`, 400, 'BODY_TOO_DEEP'],
    ['that nests a hundred thousand levels', '['.repeat(99_999), 400, 'BODY_TOO_DEEP'],
    ['that is too large', ' '.repeat(MAX_BYTES + 1), 413, 'BODY_TOO_LARGE'],
  ])('%s', async (_title, body, status, code) => {
    expect(await post(body)).toEqual({ status, code });
  });

  it.each([
    ['that is not coded as it says', Buffer.from('nope'), 'gzip', 415, 'BODY_ENCODING'],
    ['that ends in the middle of its coding', gzipSync(JSON_TEXT).subarray(0, 20), 'gzip', 415, 'BODY_ENCODING'],
    ['in a coding that nobody knows', Buffer.from(JSON_TEXT), 'zstd', 415, 'BODY_ENCODING'],
    ['in two codings', gzipSync(gzipSync(JSON_TEXT)), 'gzip, gzip', 415, 'BODY_ENCODING'],
    ['in a coding named as a member of every object', Buffer.from(JSON_TEXT), 'constructor', 415, 'BODY_ENCODING'],
    ['that inflates a thousandfold', gzipSync(Buffer.alloc(50_000_000)), 'gzip', 413, 'BODY_TOO_LARGE'],
    ['that inflates with brotli', brotliCompressSync(Buffer.alloc(50_000_000)), 'br', 413, 'BODY_TOO_LARGE'],
  ])('%s', async (_title, body, coding, status, code) => {
    expect(await post(body, { 'content-encoding': coding })).toEqual({ status, code });
  });

  it('that is compressed, where that is not taken', async () => {
    expect(await post(gzipSync(JSON_TEXT), { 'content-encoding': 'gzip' }, '/plain')).toMatchObject({ status: 415 });
  });

  it('of chunks that never end, as soon as they are too many', async () => {
    const chunk = `${(10_000).toString(16)}\r\n${' '.repeat(10_000)}\r\n`;
    const answer = await raw(`POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(11)}`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 .*connection: close.*BODY_TOO_LARGE/is);
  });

  it('that is a hundred times too large, in an answer that a sender gets who reads when all is written', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
      .setEncoding('latin1')
      .pause();
    let answer = '';
    socket.on('data', (part: string) => {
      answer += part;
    });
    const head = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10000000\r\n\r\n';
    socket.write(head + ' '.repeat(10_000_000), () => socket.resume());
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 413 .*BODY_TOO_LARGE/is);
  });

  it('that does not come in time', async () => {
    const answer = await raw('POST /impatient HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\n{');
    expect(answer).toMatch(/^HTTP\/1\.1 408 .*connection: close.*BODY_TIMEOUT/is);
  });
});

describe("the server's parser refuses to guess", () => {
  it.each([
    ['two different lengths', 'content-length: 5\r\ncontent-length: 6\r\n\r\n{"a":1}'],
    ['a length and chunks', 'content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['chunks that are not the last coding', 'transfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n'],
    ['a length that is no number', 'content-length: +5\r\n\r\n{"a":1}'],
    ['a header name with a space', 'content-length : 7\r\n\r\n{"a":1}'],
    ['a folded header', 'x: a\r\n b: c\r\ncontent-length: 0\r\n\r\n'],
  ])('%s', async (_title, rest) => {
    expect(await raw(`POST / HTTP/1.1\r\nhost: a\r\n${rest}`)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('headers without end', async () => {
    expect(await raw(`POST / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });
});
