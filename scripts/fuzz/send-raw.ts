import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { HostileRequest } from './hostile-requests.ts';

/** How long an answer may take, in ms: longer than the gateway waits for a body. */
const PATIENCE_MS = 60_000;
/** A connection that went quiet is given up after this long, in ms: a server may wait for more of what was begun. */
const QUIET_MS = 1_500;

/** Statuses of all answers on the connection; none where the server closed it, or the client left. */
export type Statuses = readonly number[];

/** Writes the bytes to a connection of its own and reads what comes. Never rejects. */
export function sendRaw(port: number, { chunks, leaves }: HostileRequest): Promise<Statuses> {
  const { promise, resolve } = Promise.withResolvers<Statuses>();
  const socket = connect(port, '127.0.0.1');
  let text = '';
  const finish = () => {
    clearTimeout(timer);
    socket.destroy();
    resolve([...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status)));
  };
  const timer = setTimeout(finish, PATIENCE_MS);
  socket.setTimeout(QUIET_MS);
  socket
    .on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (isWhole(text)) finish();
    })
    .on('timeout', () => (text === '' && !isBegun ? undefined : finish()))
    .on('error', finish)
    .on('close', finish);
  let isBegun = false;
  socket.once('connect', async () => {
    for (const chunk of chunks) {
      socket.write(chunk);
      await turn();
    }
    isBegun = true;
    if (leaves) finish();
  });
  return promise;
}

/** Whether one answer has come as a whole. */
function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const head = text.slice(0, end);
  if (/^connection: close/im.test(head)) return false;
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
  return text.length >= end + 4 + length;
}
