/**
 * Every address of the pages that changes something, and the action as the audit log names it. Routes are mounted from this list
 * alone, behind one check of the role, and a test tries each of them as a viewer and from another site.
 */
export const CHANGES = {
  '/redrive': 'redrive',
  '/redrive/stop': 'redrive-stop',
  '/brakes/release': 'release',
  '/errors/resolve': 'error-resolve',
  '/errors/ignore': 'error-ignore',
  '/errors/reopen': 'error-reopen',
  '/workers/quiet': 'worker-quiet',
  '/workers/resume': 'worker-resume',
} as const;

export type ChangePath = keyof typeof CHANGES;
