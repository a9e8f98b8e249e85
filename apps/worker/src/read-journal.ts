import { type JournalSettings, readJournalSettings } from '@cio-fleet/journal';
import { type Environment, withDemoJournal } from '@cio-fleet/lifecycle';
import { rolesOf, type WorkerConfig, type WorkerRole } from './config.ts';

/** How the journal is set up, and what this process does; with problems it writes them all to stderr and exits with 2. */
export function readJournal(
  env: Environment,
  config: Pick<WorkerConfig, 'CIO_FLEET_ROLES'>,
): { readonly journal: JournalSettings; readonly roles: ReadonlySet<WorkerRole> } {
  const read = readJournalSettings(withDemoJournal(env));
  const problems = read.ok ? [] : [...read.problems];
  const place = read.ok ? read.settings.place : undefined;
  const roles = rolesOf(config, place !== undefined);
  if (read.ok && place === undefined && roles.has('journal')) {
    problems.push(
      'CIO_FLEET_ROLES: expected a journal for the role journal, got none; set DATABASE_URL or JOURNAL_DIR',
    );
  }
  if (read.ok && problems.length === 0) return { journal: read.settings, roles };
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  return process.exit(2);
}
