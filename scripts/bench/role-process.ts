import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { RoleReply, RoleRequest } from './serve-role.ts';

/** A part of the benchmark in a process of its own, so that its CPU time and memory can be told from the rest. */
export interface RoleProcess {
  readonly pid: number;
  /** @throws Error what the role's handler threw, or that the process has ended */
  call<Result>(method: string, argument?: unknown): Promise<Result>;
  /** Ends it; it would end with this process anyway. */
  stop(): Promise<void>;
}

export interface RoleOptions {
  readonly entry: URL;
  readonly args?: readonly string[];
  /** Folder for its CPU profile. @defaultValue none is made */
  readonly profileDir?: string;
}

const STOP_TIMEOUT_MS = 5000;

/** Starts a role and waits until it listens. */
export async function startRole({ entry, args = [], profileDir }: RoleOptions): Promise<RoleProcess> {
  const profiling = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
  const child = fork(entry, args, {
    execArgv: ['--conditions=@cio-fleet/source', ...profiling],
    serialization: 'advanced',
  });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let nextId = 0;
  const gone = new Promise<never>((_, reject) => {
    child.once('exit', (code, signal) => reject(new Error(`the role ${entry.pathname} ended (${code ?? signal})`)));
  });
  gone.catch((error: Error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  child.on('message', (reply: RoleReply) => {
    const call = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.ok) call?.resolve(reply.result);
    else call?.reject(new Error(`${entry.pathname}: ${reply.error}`));
  });
  const role: RoleProcess = {
    pid: child.pid ?? 0,
    call<Result>(method: string, argument?: unknown): Promise<Result> {
      const call = Promise.withResolvers<unknown>();
      const id = nextId++;
      waiting.set(id, call);
      child.send({ id, method, argument } satisfies RoleRequest);
      return Promise.race([call.promise, gone]) as Promise<Result>;
    },
    stop: () => stopChild(child),
  };
  await role.call('ready');
  return role;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  if (child.connected) child.disconnect();
  const overdue = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(overdue);
}
