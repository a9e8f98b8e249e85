/** A call of the benchmark's main process to a role. */
export interface RoleRequest {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

export type RoleReply =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly id: number; readonly ok: false; readonly error: string };

/** What a process has used up so far. */
export interface ProcessUsage {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

/** Answers the calls of the main process; ends when that one is gone, however it ended. */
export function serveRole(handlers: Readonly<Record<string, (argument: never) => unknown>>): void {
  const all: Readonly<Record<string, (argument: never) => unknown>> = { ready: () => true, usage, ...handlers };
  process.on('message', (request: RoleRequest) => void answer(all, request));
  // `exit`, not a kill: a CPU profile is written on the way out.
  process.on('disconnect', () => process.exit(0));
}

function usage(): ProcessUsage {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, residentBytes: process.memoryUsage.rss() };
}

async function answer(
  handlers: Readonly<Record<string, (argument: never) => unknown>>,
  { id, method, argument }: RoleRequest,
): Promise<void> {
  let reply: RoleReply;
  try {
    const handler = handlers[method];
    if (handler === undefined) throw new Error(`expected a method of this role, got ${method}`);
    reply = { id, ok: true, result: await handler(argument as never) };
  } catch (error) {
    reply = { id, ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  process.send?.(reply);
}
