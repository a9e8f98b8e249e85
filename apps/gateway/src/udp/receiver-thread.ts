import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import type { FromReceiver, ReceiverSettings, ToReceiver } from './receiver-messages.ts';

/**
 * Takes datagrams out of the kernel, and does nothing else: while the main thread parses, writes or collects garbage, the kernel's
 * buffer (a few thousand datagrams) must not fill. It speaks with the main thread in packs, since each message costs.
 */
const { host, port, receiveBufferBytes, maxBytesAhead } = workerData as ReceiverSettings;

/** A pack goes when it has this many datagrams or bytes, or this many ms after its first. */
const PACK_DATAGRAMS = 256;
const PACK_BYTES = 131_072;
const PACK_MS = 2;
/** At most this often the main thread hears of drops, in ms. */
const DROPPED_MS = 100;

let datagrams: Buffer[] = [];
let packBytes = 0;
let bytesAhead = 0;
let dropped = 0;
let timer: NodeJS.Timeout | undefined;
let dropTimer: NodeJS.Timeout | undefined;

const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');

function tell(message: FromReceiver, transfer: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, [...transfer]);
}

function send(): void {
  clearTimeout(timer);
  timer = undefined;
  if (datagrams.length === 0) return;
  const bytes = new Uint8Array(packBytes);
  let offset = 0;
  for (const datagram of datagrams) {
    bytes.set(datagram, offset);
    offset += datagram.length;
  }
  const lengths = datagrams.map(({ length }) => length);
  datagrams = [];
  packBytes = 0;
  tell({ kind: 'pack', pack: { bytes, lengths } }, [bytes.buffer]);
}

function tellDropped(): void {
  clearTimeout(dropTimer);
  dropTimer = undefined;
  if (dropped > 0) tell({ kind: 'dropped', datagrams: dropped });
  dropped = 0;
}

socket.on('message', (datagram) => {
  if (bytesAhead + datagram.length > maxBytesAhead) {
    dropped += 1;
    dropTimer ??= setTimeout(tellDropped, DROPPED_MS);
    return;
  }
  bytesAhead += datagram.length;
  packBytes += datagram.length;
  datagrams.push(datagram);
  if (datagrams.length >= PACK_DATAGRAMS || packBytes >= PACK_BYTES) send();
  else timer ??= setTimeout(send, PACK_MS);
});
socket.on('error', (error: NodeJS.ErrnoException) => {
  tell({ kind: 'failed', message: error.message, code: error.code ?? error.name });
});

parentPort?.on('message', (message: ToReceiver) => {
  if (message.kind === 'done') {
    bytesAhead -= message.bytes;
    return;
  }
  socket.close(() => {
    send();
    tellDropped();
    tell({ kind: 'closed' });
    parentPort?.close();
  });
});

socket.bind(port, host, () => {
  try {
    socket.setRecvBufferSize(receiveBufferBytes);
  } catch {
    // Some systems refuse to be asked for more than they give, where Linux gives what it can: what counts is what we get.
  }
  const { address, port: bound, family } = socket.address();
  tell({
    kind: 'listening',
    address,
    port: bound,
    family: family === 'IPv6' ? 'IPv6' : 'IPv4',
    receiveBufferBytes: socket.getRecvBufferSize(),
  });
});
