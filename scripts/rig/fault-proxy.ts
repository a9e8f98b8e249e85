import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type Conduit, createConduit } from './conduit.ts';
import { integerBelow } from './seeded-random.ts';

/** What a link does to the bytes that pass, until it is mended. */
export type LinkFault =
  /** Each chunk arrives later; order and throughput stay. */
  | { readonly kind: 'latency'; readonly latencyMs: number; readonly jitterMs?: number }
  /** Nothing passes in either direction and nobody is told, as when a switch dies. What was sent arrives when it is mended. */
  | { readonly kind: 'partition' }
  /** The far side is gone and the near side never hears of it; new connections are accepted and stay silent. */
  | { readonly kind: 'half-open' }
  /** Nobody listens; what was connected is cut. */
  | { readonly kind: 'refuse' }
  /** Each connection is reset after a random number of bytes, most likely in the middle of a message. */
  | { readonly kind: 'reset'; readonly withinBytes: number }
  /** A few bytes at a time. */
  | { readonly kind: 'drip'; readonly bytesPerSecond: number };

export interface FaultProxyOptions {
  readonly target: { readonly host: string; readonly port: number };
  /** Decides jitter and where a reset strikes. */
  readonly random: () => number;
}

/** A TCP proxy that can be told to fail. It stands between two parts of the fleet and knows nothing of what they say. */
export interface FaultProxy {
  readonly host: string;
  readonly port: number;
  /** Connections that are open now. */
  connections(): number;
  /** Breaks the link until `mend`; another fault replaces the one before. */
  fail(fault: LinkFault): Promise<void>;
  mend(): Promise<void>;
  /** Ends every open connection, once; new ones are let through. */
  cut(): void;
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';

interface Link {
  readonly near: Socket;
  readonly far: Socket;
  readonly conduits: readonly Conduit[];
  /** Set once nobody will ever answer on it. */
  isForsaken: boolean;
}

export async function startFaultProxy({ target, random }: FaultProxyOptions): Promise<FaultProxy> {
  const links = new Set<Link>();
  let fault: LinkFault | undefined;
  let server: Server | undefined;
  let port = 0;

  async function listen(): Promise<void> {
    const listening = createServer({ allowHalfOpen: true }, accept).listen(port, HOST);
    await once(listening, 'listening');
    port = (listening.address() as AddressInfo).port;
    server = listening;
  }

  function accept(near: Socket): void {
    const far = connect({ ...target, allowHalfOpen: true });
    const reset = () => end(link, 'reset');
    const conduits = [createConduit(near, far, { random, reset }), createConduit(far, near, { random, reset })];
    const link: Link = { near, far, conduits, isForsaken: false };
    links.add(link);
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', () => end(link, 'cut')); // a broken peer: the other one is told by the cut
      socket.on('close', () => end(link, 'cut'));
    }
    if (fault !== undefined) afflict(link, fault);
  }

  function end(link: Link, how: 'cut' | 'reset'): void {
    if (link.isForsaken && !link.near.destroyed) return;
    links.delete(link);
    for (const conduit of link.conduits) conduit.end();
    for (const socket of [link.near, link.far]) {
      if (how === 'reset' && !socket.destroyed) socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  function forsake(link: Link): void {
    link.isForsaken = true;
    for (const conduit of link.conduits) conduit.end();
    link.near.resume(); // what it says is swallowed, so that it notices nothing
    link.far.destroy();
  }

  function afflict(link: Link, by: LinkFault): void {
    if (link.isForsaken) return;
    switch (by.kind) {
      case 'half-open':
        forsake(link);
        return;
      case 'refuse':
        end(link, 'cut');
        return;
      case 'reset':
        for (const conduit of link.conduits)
          conduit.shape({ resetAfterBytes: 1 + integerBelow(random, by.withinBytes) });
        return;
      case 'partition':
        for (const conduit of link.conduits) conduit.shape({ isBlocked: true });
        return;
      case 'latency':
        for (const conduit of link.conduits) conduit.shape({ latencyMs: by.latencyMs, jitterMs: by.jitterMs ?? 0 });
        return;
      case 'drip':
        for (const conduit of link.conduits) conduit.shape({ bytesPerSecond: by.bytesPerSecond });
        return;
    }
  }

  async function close(): Promise<void> {
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    server = undefined;
    cut();
    await closed;
  }

  function cut(): void {
    for (const link of [...links]) {
      link.isForsaken = false;
      end(link, 'cut');
    }
  }

  async function mend(): Promise<void> {
    fault = undefined;
    for (const { isForsaken, conduits } of links) if (!isForsaken) for (const conduit of conduits) conduit.shape({});
    if (server === undefined) await listen();
  }

  await listen();
  return {
    host: HOST,
    get port() {
      return port;
    },
    connections: () => links.size,
    async fail(next) {
      if (fault !== undefined) await mend();
      fault = next;
      if (next.kind === 'refuse') await close();
      else for (const link of [...links]) afflict(link, next);
    },
    mend,
    cut,
    async stop() {
      fault = undefined;
      await close();
      cut();
    },
  };
}
