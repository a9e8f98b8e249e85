import { readFile } from 'node:fs/promises';
import type { ConsoleCall } from './console.ts';
import { replyError } from './reply.ts';

const TYPES: Readonly<Record<string, string>> = {
  'simulator.css': 'text/css; charset=utf-8',
  'simulator.js': 'text/javascript; charset=utf-8',
  'simulator.svg': 'image/svg+xml',
};

/** `GET /_sim/assets/:file`: the files of the page, by an allow-list of names. */
export async function serveAsset({ response, rest }: ConsoleCall): Promise<void> {
  const [file = ''] = rest;
  const type = Object.hasOwn(TYPES, file) ? TYPES[file] : undefined;
  if (type === undefined) {
    const expected = Object.keys(TYPES).join(' or ');
    return replyError(response, 404, { code: 'NOT_FOUND', expected, got: file.slice(0, 100) });
  }
  // Beside src and dist alike, so it is found from either.
  const content = await readFile(new URL(`../../assets/${file}`, import.meta.url));
  response
    .writeHead(200, { 'content-type': type, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' })
    .end(content);
}
