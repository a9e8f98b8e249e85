/** What the thread that receives is started with. */
export interface ReceiverSettings {
  readonly host: string;
  readonly port: number;
  /** Asked of the kernel. */
  readonly receiveBufferBytes: number;
  /** Bytes that may be with the main thread at once; what comes beyond them is dropped. */
  readonly maxBytesAhead: number;
}

/** Datagrams that came about together, one after the other in one piece of memory. */
export interface DatagramPack {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Length of each datagram, in order. */
  readonly lengths: readonly number[];
}

/** From the thread that receives. */
export type FromReceiver =
  | {
      readonly kind: 'listening';
      readonly address: string;
      readonly port: number;
      readonly family: 'IPv4' | 'IPv6';
      /** As the kernel says; Linux says twice what it gave. */
      readonly receiveBufferBytes: number;
    }
  | { readonly kind: 'pack'; readonly pack: DatagramPack }
  /** Datagrams that were dropped because the main thread is too far behind. */
  | { readonly kind: 'dropped'; readonly datagrams: number }
  | { readonly kind: 'failed'; readonly message: string; readonly code: string }
  | { readonly kind: 'closed' };

/** To the thread that receives. */
export type ToReceiver =
  /** That many bytes are no longer with the main thread. */
  { readonly kind: 'done'; readonly bytes: number } | { readonly kind: 'close' };
