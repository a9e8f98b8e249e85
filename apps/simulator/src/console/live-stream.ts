import type { ServerResponse } from 'node:http';
import type { Simulation } from '../simulation.ts';
import { type Snapshot, snapshotOf } from './snapshot.ts';

const INTERVAL_MS = 500;
const MAX_CLIENTS = 50;

/**
 * Server-sent events for the page: a snapshot twice a second, however much arrives, so that watching never slows the
 * receiver. A client that doesn't keep up skips snapshots.
 */
export class LiveStream {
  readonly #simulation: Simulation;
  readonly #clients = new Set<ServerResponse>();
  #timer: NodeJS.Timeout | undefined;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  add(response: ServerResponse): void {
    if (this.#clients.size >= MAX_CLIENTS) {
      response.writeHead(503, { 'retry-after': '10' }).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    this.#clients.add(response);
    response.on('close', () => this.#remove(response));
    send(response, snapshotOf(this.#simulation));
    this.#timer ??= setInterval(() => this.#tick(), INTERVAL_MS).unref();
  }

  close(): void {
    for (const client of this.#clients) client.end();
    this.#clients.clear();
    this.#stopTimer();
  }

  #tick(): void {
    const snapshot = snapshotOf(this.#simulation);
    for (const client of this.#clients) if (!client.writableNeedDrain) send(client, snapshot);
  }

  #remove(response: ServerResponse): void {
    this.#clients.delete(response);
    if (this.#clients.size === 0) this.#stopTimer();
  }

  #stopTimer(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

const send = (response: ServerResponse, snapshot: Snapshot): boolean =>
  response.write(`data: ${JSON.stringify(snapshot)}\n\n`);
