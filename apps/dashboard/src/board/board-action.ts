/** Everything on the board that changes something, by Bull Board's own route. */
export const BOARD_ACTIONS = {
  'put /api/queues/pause': 'pause-all',
  'put /api/queues/resume': 'resume-all',
  'post /api/queues/:queueName/add': 'add',
  'put /api/queues/:queueName/retry/:queueStatus': 'retry-all',
  'put /api/queues/:queueName/promote': 'promote-all',
  'put /api/queues/:queueName/clean/:queueStatus': 'clean-all',
  'put /api/queues/:queueName/pause': 'pause',
  'put /api/queues/:queueName/resume': 'resume',
  'put /api/queues/:queueName/concurrency': 'set-concurrency',
  'put /api/queues/:queueName/rate-limit': 'set-rate-limit',
  'put /api/queues/:queueName/rate-limit/release': 'release-rate-limit',
  'put /api/queues/:queueName/empty': 'empty',
  'put /api/queues/:queueName/obliterate': 'obliterate',
  'put /api/queues/:queueName/job-schedulers/:schedulerId/remove': 'remove-scheduler',
  'patch /api/queues/:queueName/job-schedulers/:schedulerId': 'update-scheduler',
  'put /api/queues/:queueName/job-schedulers/:schedulerId/run': 'run-scheduler',
  'put /api/queues/:queueName/:jobId/retry': 'retry',
  'put /api/queues/:queueName/:jobId/clean': 'clean',
  'put /api/queues/:queueName/:jobId/promote': 'promote',
  'patch /api/queues/:queueName/:jobId/update-data': 'update-data',
  'patch /api/queues/:queueName/:jobId/delay': 'set-delay',
  'patch /api/queues/:queueName/:jobId/priority': 'set-priority',
  'put /api/queues/:queueName/:jobId/remove-unprocessed-children': 'remove-children',
} as const;

export type BoardAction = (typeof BOARD_ACTIONS)[keyof typeof BOARD_ACTIONS];

/** The action behind a route of Bull Board; `undefined` for one that this version doesn't know. */
export function boardActionOf(method: string, route: string): BoardAction | undefined {
  const actions: Readonly<Record<string, BoardAction>> = BOARD_ACTIONS;
  const key = `${method.toLowerCase()} ${route}`;
  return Object.hasOwn(actions, key) ? actions[key] : undefined;
}
