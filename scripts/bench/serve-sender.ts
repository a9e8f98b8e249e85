import { machineNowMs } from './clock.ts';
import { eventOf, type LoadEvent } from './load.ts';
import { serveRole } from './serve-role.ts';

/** Where a sender works. */
export interface SenderConfig {
  readonly redisUrl: string;
  /** Origin of the receiver. */
  readonly receiverUrl: string;
  /** Workspace, or for the usual pattern the queue. */
  readonly target: string;
}

/** As fast as `callers` callers go, each of whom waits for its answer before the next call. */
export interface SendOrder {
  readonly operations: number;
  readonly callers: number;
}

export interface SendResult {
  readonly startedAtMs: number;
  /** When the last call was answered. */
  readonly acceptedAtMs: number;
}

export interface SteadyOrder {
  readonly operations: number;
  readonly perSecond: number;
}

/** By the number of the event, on the machine's clock. */
export interface SteadyResult {
  readonly calledAtMs: Float64Array;
  readonly acceptedAtMs: Float64Array;
}

/** A way to enqueue. */
export interface Sender {
  /** Resolves once the event is accepted. @throws Error when it isn't */
  enqueue(event: LoadEvent): Promise<void>;
  close(): Promise<void>;
}

/** Makes this process a sender: it connects once, then follows orders. */
export function serveSender(connect: (config: SenderConfig) => Promise<Sender>): void {
  let config: SenderConfig | undefined;
  let sender: Sender | undefined;
  const connected = (): Sender => {
    if (sender === undefined) throw new Error('expected a connected sender, got an order before `connect`');
    return sender;
  };
  serveRole({
    connect: async (given: SenderConfig) => {
      config = given;
      sender = await connect(given);
    },
    send: (order: SendOrder) => send(connected(), order),
    steady: (order: SteadyOrder) => steady(connected(), order),
    /** Sends to a target of its own that nobody consumes, on a connection that is closed afterwards. */
    fill: async ({ target, ...order }: SendOrder & { readonly target: string }) => {
      if (config === undefined) throw new Error('expected a connected sender, got an order before `connect`');
      const filler = await connect({ ...config, target });
      const result = await send(filler, order);
      await filler.close();
      return result;
    },
  });
}

async function send(sender: Sender, { operations, callers }: SendOrder): Promise<SendResult> {
  let next = 0;
  const call = async () => {
    while (next < operations) await sender.enqueue(eventOf(next++));
  };
  const startedAtMs = machineNowMs();
  await Promise.all(Array.from({ length: Math.min(callers, operations) }, call));
  return { startedAtMs, acceptedAtMs: machineNowMs() };
}

/** Calls when a call is due, whether or not earlier ones were answered: a slow answer doesn't lower the load. */
async function steady(sender: Sender, { operations, perSecond }: SteadyOrder): Promise<SteadyResult> {
  const calledAtMs = new Float64Array(operations);
  const acceptedAtMs = new Float64Array(operations);
  const open: Promise<void>[] = [];
  const startedAtMs = machineNowMs();
  const call = async (n: number) => {
    calledAtMs[n] = machineNowMs();
    await sender.enqueue(eventOf(n));
    acceptedAtMs[n] = machineNowMs();
  };
  for (let n = 0; n < operations; ) {
    const due = Math.min(operations, Math.floor(((machineNowMs() - startedAtMs) / 1000) * perSecond));
    for (; n < due; n += 1) open.push(call(n));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(open);
  return { calledAtMs, acceptedAtMs };
}
