import type { BoardOptions } from '@bull-board/api/typings/app';
import { decodeIdentity, IDENTITY_HEADER } from '../access/identity.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import { boardActionOf } from './board-action.ts';
import { decideBoardAction } from './board-policy.ts';
import type { BoardQueue } from './queue-kind.ts';

type Hooks = NonNullable<BoardOptions['handlerHooks']>;
type Context = Parameters<NonNullable<Hooks['before']>>[0];

export interface BoardHooksOptions {
  readonly queueOf: (name: string) => BoardQueue | undefined;
  readonly audit: AuditLog;
}

/** Roles, the rules of each queue, and the audit log, asked before and after every handler of Bull Board. */
export function createBoardHooks({ queueOf, audit }: BoardHooksOptions): Hooks {
  return {
    async before(context) {
      if (context.method === 'get') return { allow: true };
      const identity = decodeIdentity(context.request.headers[IDENTITY_HEADER]);
      if (identity === undefined) return { allow: false, status: 403, message: 'Refused: not signed in.' };
      const decision = decideBoardAction({
        role: identity.role,
        action: boardActionOf(context.method, context.route),
        queue: queueOf(queueNameOf(context))?.kind,
        jobState: await jobStateOf(context),
      });
      if (decision.kind === 'allow') return { allow: true };
      // A redrive is taken by our own route before Bull Board sees it; one that gets here took another way.
      const message = decision.kind === 'refuse' ? decision.message : 'Refused: redrive by the Retry all button.';
      audit.refused(entryOf(context, identity.user, identity.role), message);
      return { allow: false, status: 403, message };
    },
    async after(context, result) {
      const identity = decodeIdentity(context.request.headers[IDENTITY_HEADER]);
      if (context.method === 'get' || identity === undefined) return result;
      const status = result.status ?? 200;
      await audit.record({
        ...entryOf(context, identity.user, identity.role),
        workspace: queueOf(queueNameOf(context))?.workspace,
        result: status < 400 ? 'ok' : `failed with ${status}`,
      });
      return result;
    },
  };
}

function entryOf(context: Context, user: string, role: string) {
  const { jobId } = context.request.params;
  return {
    user,
    role,
    action: boardActionOf(context.method, context.route) ?? `${context.method} ${context.route}`,
    queue: queueNameOf(context),
    ...(typeof jobId === 'string' ? { job: jobId } : {}),
  };
}

function queueNameOf({ request }: Context): string {
  const name: unknown = request.params.queueName;
  return typeof name === 'string' ? name : '';
}

/** In which state the job is that the request is about; of Retry all, the state that it names. */
async function jobStateOf(context: Context): Promise<string | undefined> {
  const { queueStatus, jobId } = context.request.params;
  if (typeof queueStatus === 'string') return queueStatus;
  if (typeof jobId !== 'string') return undefined;
  const job = await context.request.queues.get(queueNameOf(context))?.getJob(jobId);
  return await job?.getState();
}
