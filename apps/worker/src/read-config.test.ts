import { expect, it } from 'vitest';
import { readWorkerSettings } from './read-config.ts';

const NO_DEMO = '/nowhere/run.json';
const PLAIN = { REDIS_URL: 'redis://h', CUSTOMERIO_SITE_ID: 's', CUSTOMERIO_TRACK_API_KEY: 'k' };

/** The variables that the problems begin with. */
function problemsOf(env: Record<string, string>): readonly (string | undefined)[] {
  const result = readWorkerSettings(env, NO_DEMO);
  return result.ok ? [] : result.problems.map((problem) => problem.split(':')[0]);
}

it('names all that a worker needs when nothing is set', () => {
  expect(problemsOf({})).toEqual(['CUSTOMERIO_SITE_ID', 'CUSTOMERIO_TRACK_API_KEY', 'REDIS_URL']);
});

it('names problems of every kind at once', () => {
  const env = { WORKER_PORT: 'abc', CUSTOMERIO_SITE_ID: 's', JOURNAL_PAYLOAD: 'all' };
  expect(problemsOf(env)).toEqual(['WORKER_PORT', 'CUSTOMERIO_TRACK_API_KEY', 'REDIS_URL', 'JOURNAL_PAYLOAD']);
});

it('wants a journal for the role journal', () => {
  expect(problemsOf({ ...PLAIN, CIO_FLEET_ROLES: 'journal' })).toEqual(['CIO_FLEET_ROLES']);
});

it('reads what a worker needs', () => {
  const result = readWorkerSettings(PLAIN, NO_DEMO);
  expect(result).toMatchObject({
    ok: true,
    settings: { workspaces: [{ name: 'default' }], roles: new Set(['deliver']) },
  });
});
