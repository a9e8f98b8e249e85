import type { JournalPlace } from '@cio-fleet/journal';
import { type EmbeddedPostgres, type FleetProcess, waitFor } from '@cio-fleet/testkit';
import { expect, it } from 'vitest';
import { createJournalRig, PATIENCE, temporaryFolder, temporaryPostgres } from './journal-rig.ts';

const RATE = 500;
const ROUNDS = 4;

/** Kills deliverers and writers (and PostgreSQL) in turn while operations come in. */
async function surviveKills(place: JournalPlace, postgres?: EmbeddedPostgres): Promise<void> {
  const rig = await createJournalRig(place);
  const running: Record<'deliver' | 'journal', FleetProcess[]> = {
    deliver: await Promise.all([rig.start('deliver'), rig.start('deliver')]),
    journal: [await rig.start('journal')],
  };
  const load = rig.startLoad(RATE);

  /** Goes on once so many more operations were delivered, so that the kill meets work in progress. */
  const deliverMore = async (count: number) => {
    const { delivered } = await rig.ledger();
    await waitFor(async () => (await rig.ledger()).delivered >= delivered + count, PATIENCE);
  };
  const killAndReplace = async (role: 'deliver' | 'journal') => {
    const victim = running[role].shift();
    victim?.kill('SIGKILL');
    await victim?.stopped;
    running[role].push(await rig.start(role));
  };

  for (let round = 0; round < ROUNDS; round += 1) {
    await deliverMore(RATE);
    await killAndReplace('deliver');
    await deliverMore(RATE / 2);
    await killAndReplace('journal');
    if (postgres !== undefined && round % 2 === 0) {
      await deliverMore(RATE / 2);
      await postgres.kill();
      await deliverMore(RATE / 2);
      await postgres.restart();
    }
  }
  const accepted = await load.stop();
  await rig.settled();
  const ledger = await rig.ledger();
  expect(ledger.delivered).toBe(ledger.accepted);
  expect(ledger.accepted).toBeGreaterThanOrEqual(accepted);
  await waitFor(async () => (await rig.queuedBytes()) === 0, { ...PATIENCE, description: 'an empty queue' });
  expect(await rig.deliveredRows()).toEqual({ rows: ledger.delivered, operations: ledger.delivered });
}

it(
  'has one row for each delivered operation, over kill -9 of workers and writers, with SQLite',
  {
    timeout: 300_000,
  },
  () => surviveKills({ kind: 'sqlite', folder: temporaryFolder() }),
);

it('has one row for each delivered operation, over kill -9 of workers, writers and PostgreSQL', {
  timeout: 300_000,
}, async () => {
  const postgres = await temporaryPostgres();
  await surviveKills({ kind: 'postgres', databaseUrl: postgres.url }, postgres);
});
