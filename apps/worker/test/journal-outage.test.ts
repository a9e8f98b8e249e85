import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@cio-fleet/testkit';
import { expect, it } from 'vitest';
import { createJournalRig, PATIENCE, temporaryPostgres } from './journal-rig.ts';

/** How long PostgreSQL is away, in s. A minute's outage: `CIO_FLEET_TEST_OUTAGE_SECONDS=60`. */
const OUTAGE_SECONDS = Number(process.env.CIO_FLEET_TEST_OUTAGE_SECONDS ?? 10);

it('delivers all the same while PostgreSQL is away, and writes the backlog afterwards', {
  timeout: 300_000,
}, async () => {
  const postgres = await temporaryPostgres();
  const rig = await createJournalRig({ kind: 'postgres', databaseUrl: postgres.url });
  await rig.start('deliver,journal');
  const load = rig.startLoad(500);
  await waitFor(async () => (await rig.deliveredRows()).rows > 500, PATIENCE);

  await postgres.kill();
  await delay(OUTAGE_SECONDS * 1_000); // the outage itself
  await load.stop();
  // It is still away, and nothing waits for it.
  await rig.settled();
  const { accepted, delivered } = await rig.ledger();
  expect(delivered).toBe(accepted);
  expect(await rig.queuedBytes()).toBeGreaterThan(0);

  await postgres.restart();
  await waitFor(async () => (await rig.deliveredRows()).rows >= delivered, { ...PATIENCE, description: 'the backlog' });
  expect(await rig.deliveredRows()).toEqual({ rows: delivered, operations: delivered });
});
