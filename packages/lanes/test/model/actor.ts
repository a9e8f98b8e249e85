/**
 * One consumer of the model, run step by step: each call of a port parks it until the scheduler lets it go on. So every
 * `await` of the code under test is a place where it can be overtaken, frozen or killed, and a seed repeats all of it.
 */
export interface Actor {
  readonly name: string;
  /** The token of the job that it works on. */
  token: string | undefined;
  /** Steps of the schedule that it sleeps through. */
  frozenSteps: number;
  readonly isDead: boolean;
  /** Called from inside: waits to be scheduled. */
  pause(): Promise<void>;
  /** Called from inside: dies here and now. */
  die(): Promise<never>;
  /** Called by the scheduler: lets it run to its next pause. */
  step(): Promise<void>;
  /** Called by the scheduler: it never runs again. */
  kill(): void;
}

export function createActor(name: string, body: (actor: Actor) => Promise<void>): Actor {
  let resume: (() => void) | undefined;
  let parked: (() => void) | undefined;
  let fail: ((error: Error) => void) | undefined;
  let isDead = false;
  const actor: Actor = {
    name,
    token: undefined,
    frozenSteps: 0,
    get isDead() {
      return isDead;
    },
    pause() {
      return new Promise((go) => {
        resume = go;
        parked?.();
      });
    },
    die() {
      isDead = true;
      return new Promise(() => parked?.());
    },
    step() {
      if (isDead) return Promise.resolve();
      if (actor.frozenSteps > 0) {
        actor.frozenSteps -= 1;
        return Promise.resolve();
      }
      return new Promise((idle, broken) => {
        parked = idle;
        fail = broken;
        if (resume === undefined) body(actor).catch((error: Error) => fail?.(error));
        else resume();
      });
    },
    kill() {
      isDead = true;
    },
  };
  return actor;
}
