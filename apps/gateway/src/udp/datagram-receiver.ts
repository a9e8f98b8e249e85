import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { DatagramPack, FromReceiver, ReceiverSettings, ToReceiver } from './receiver-messages.ts';

/** Where the socket listens, and what the kernel gave it. */
export interface Listening {
  readonly address: string;
  readonly port: number;
  readonly family: 'IPv4' | 'IPv6';
  readonly receiveBufferBytes: number;
}

export interface DatagramReceiver {
  readonly listening: Listening;
  /** Takes no more datagrams; settles when the last pack was handed over. */
  close(): Promise<void>;
}

export interface DatagramReceiverOptions extends ReceiverSettings {
  /** Handles one pack; until it settles, its bytes count as being with the main thread. Must not reject. */
  readonly onPack: (pack: DatagramPack) => Promise<void>;
  readonly onDropped: (datagrams: number) => void;
  /** Told of errors after the start. */
  readonly onError: (error: Error) => void;
}

/** Starts the thread that receives. @throws Error when it can't listen, with the system's code */
export async function startDatagramReceiver(options: DatagramReceiverOptions): Promise<DatagramReceiver> {
  const { onPack, onDropped, onError, ...settings } = options;
  // From source this is TypeScript, which Node runs as it is; built, it is JavaScript.
  const entry = new URL(`./receiver-thread${extname(import.meta.url)}`, import.meta.url);
  const thread = new Worker(entry, { workerData: settings, name: 'udp-receiver' });
  const underWay = new Set<Promise<void>>();
  const { promise: listening, resolve, reject } = Promise.withResolvers<Listening>();
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
  let isListening = false;

  const tell = (message: ToReceiver) => thread.postMessage(message);

  function handle(pack: DatagramPack): void {
    const done = onPack(pack)
      .catch(onError)
      .then(() => {
        underWay.delete(done);
        tell({ kind: 'done', bytes: pack.bytes.byteLength });
      });
    underWay.add(done);
  }

  thread.on('message', (message: FromReceiver) => {
    switch (message.kind) {
      case 'listening':
        isListening = true;
        return resolve(message);
      case 'pack':
        return handle(message.pack);
      case 'dropped':
        return onDropped(message.datagrams);
      case 'failed':
        return fail(Object.assign(new Error(message.message), { code: message.code }));
      case 'closed':
        return onClosed();
    }
  });
  thread.on('error', fail);
  thread.on('exit', () => onClosed());

  function fail(error: Error): void {
    if (isListening) onError(error);
    else reject(error);
  }

  try {
    return {
      listening: await listening,
      async close() {
        tell({ kind: 'close' });
        await closed;
        await Promise.all(underWay);
        await thread.terminate();
      },
    };
  } catch (error) {
    await thread.terminate();
    throw error;
  }
}
