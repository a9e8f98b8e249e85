import { randomBytes } from 'node:crypto';

/**
 * A workspace name that no other test uses (`[a-z0-9-]{1,40}`), so that tests share one Redis without meeting.
 *
 * @param label - what the name starts with, 1..20 characters of `[a-z0-9-]`
 */
export function uniqueWorkspace(label = 'test'): string {
  return `${label}-${randomBytes(6).toString('hex')}`;
}
