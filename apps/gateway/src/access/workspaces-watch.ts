import { stat } from 'node:fs/promises';
import { type Service, service } from '@cio-fleet/lifecycle';
import type { Logger } from '@cio-fleet/telemetry';
import { type Workspace, WorkspaceConfigError } from '@cio-fleet/workspaces';

export interface WorkspacesWatchOptions {
  /** The workspaces file, as `workspacesFile` names it; undefined: there is nothing to watch. */
  readonly path: string | undefined;
  /** Reads the workspaces again. @throws WorkspaceConfigError with every problem at once */
  readonly load: () => readonly Workspace[];
  /** Takes over what was read; what it throws is logged, and the file counts as wrong. */
  readonly onChange: (workspaces: readonly Workspace[]) => void | Promise<void>;
  readonly logger: Logger;
  /** Between two looks at the file, in ms. @defaultValue 1_000 */
  readonly intervalMs?: number;
}

/** Reads the workspaces file again when it changes. */
export interface WorkspacesWatch extends Service {
  /** Looks at the file now. */
  look(): Promise<void>;
}

/**
 * Keys come and go without a restart: a key that is taken out of the file is refused within seconds. A file with problems
 * changes nothing; they are logged, and what was in force stays. Workspaces of plain variables never change.
 */
export function createWorkspacesWatch(options: WorkspacesWatchOptions): WorkspacesWatch {
  const { path, load, onChange, logger, intervalMs = 1_000 } = options;
  let version: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();

  /** Changes with every change of the file, also where another file takes its place, as in a mounted Secret. */
  async function readVersion(file: string): Promise<string | undefined> {
    try {
      const { mtimeMs, size, ino } = await stat(file);
      return `${mtimeMs} ${size} ${ino}`;
    } catch {
      // Being replaced just now, or gone: what was read last stays in force.
      return version;
    }
  }

  async function lookOnce(): Promise<void> {
    if (path === undefined) return;
    const seen = await readVersion(path);
    if (seen === version) return;
    version = seen;
    try {
      await onChange(load());
      logger.info({}, 'took over the changed workspaces file');
    } catch (error) {
      const problems = error instanceof WorkspaceConfigError ? error.problems : [{ message: String(error) }];
      logger.error(
        { code: 'WORKSPACES_INVALID', problems },
        'the changed workspaces file is wrong; the former one stays',
      );
    }
  }

  const look = () => {
    looking = looking.then(lookOnce);
    return looking;
  };
  const base = service({
    name: 'workspaces-watch',
    async start() {
      if (path === undefined) return;
      version = await readVersion(path);
      timer = setInterval(look, intervalMs);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await looking;
    },
  });
  return { ...base, look };
}
