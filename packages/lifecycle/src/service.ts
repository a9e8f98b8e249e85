/**
 * A background part of an app. Whoever implements it promises: concurrent calls share one run, `stop` before `start` and a
 * second `stop` are fine, and `stop` during `start` waits for the start and then stops. `serviceConformance` proves it.
 */
export interface Service {
  readonly name: string;
  /** @throws what kept it from starting; it has cleaned up after itself then, and may be started again */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What a service does, without the bookkeeping: each is called by `service` once at a time, and in turns. */
export interface ServiceActions {
  readonly name: string;
  /** Takes what it needs; on failure it gives back what it has taken so far. */
  readonly start: () => void | Promise<void>;
  /** Gives back what `start` took. Called only after a start that succeeded. */
  readonly stop: () => void | Promise<void>;
}

type Turn = { readonly kind: 'start' | 'stop'; readonly done: Promise<void> };

const IDLE: Turn = { kind: 'stop', done: Promise.resolve() };

/**
 * Makes two plain functions into a {@link Service} that keeps the contract: starts and stops take turns in the order of
 * the calls, and a call that asks for what was asked for last shares that turn, so the last call always wins.
 */
export function service({ name, start, stop }: ServiceActions): Service {
  let isRunning = false;
  let latest = IDLE;

  const actions = {
    async start() {
      await start();
      isRunning = true;
    },
    async stop() {
      // Nothing runs when the start before failed; it has cleaned up and told its caller.
      if (!isRunning) return;
      isRunning = false;
      await stop();
    },
  };

  const request = (kind: Turn['kind']): Promise<void> => {
    if (latest.kind === kind) return latest.done;
    // How the turn before ended is told to those who asked for it.
    const before = latest.done.catch(() => undefined);
    const turn: Turn = { kind, done: before.then(actions[kind]).catch(giveUp) };
    function giveUp(error: unknown): never {
      if (latest === turn) latest = IDLE;
      throw error;
    }
    latest = turn;
    return turn.done;
  };

  return { name, start: () => request('start'), stop: () => request('stop') };
}
