import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { createSimulator, type Simulator } from '@cio-fleet/simulator';
import { waitFor } from '@cio-fleet/testkit';
import { afterEach, expect, it } from 'vitest';
import { startRig } from '../../rig/rig.ts';

const run = promisify(execFile);
const PROGRAM = new URL('program.ts', import.meta.url).pathname;
const CHANGED = new URL('program.changed.tmp.ts', import.meta.url).pathname;
const PEOPLE = ['ada', '42', 'by-mail@example.com', 'leaver', 'returner', 'forgotten', 'primary', 'secondary'];

afterEach(() => rmSync(CHANGED, { force: true }));

/** What is left of a person when ids and times that differ from run to run are taken out. */
function readPeople(simulator: Simulator): object {
  return Object.fromEntries(
    PEOPLE.map((identifier) => {
      const person = simulator.person(identifier);
      if (person === undefined) return [identifier, 'nobody'];
      const { cio_id, ...identifiers } = person.identifiers;
      const events = person.events.map(({ name, attributes }) => ({ name, attributes }));
      return [identifier, { ...person, identifiers, events }];
    }),
  );
}

async function runProgram(file: string, env: Record<string, string>): Promise<string> {
  const args = ['--conditions=@cio-fleet/source', file];
  const { stdout } = await run(process.execPath, args, { env: { PATH: process.env.PATH, ...env }, timeout: 20_000 });
  return stdout;
}

it('leaves Customer.io in the same state when only the import of a TrackClient program changes', {
  timeout: 60_000,
}, async () => {
  const direct = createSimulator();
  const { url } = await direct.start();
  const rig = await startRig();
  try {
    const said = await runProgram(PROGRAM, { CUSTOMERIO_TRACK_URL: `${url}/api/v1` });

    const source = readFileSync(PROGRAM, 'utf8');
    const changed = source.replace("from 'customerio-node';", "from '@cio-fleet/producer/customerio-node';");
    expect(changed).not.toBe(source);
    writeFileSync(CHANGED, changed);
    await rig.startWorker();
    const saidToo = await runProgram(CHANGED, { REDIS_URL: rig.redis.url, CUSTOMERIO_TRACK_URL: `${url}/api/v1` });

    expect(saidToo).toBe(said);
    await waitFor(async () => (await rig.ledger()).waiting === 0);
    // An identify that a suppress or delete follows at once may never be sent: it is erased, to the same effect.
    const { accepted, delivered, deduplicated, erased } = await rig.ledger();
    expect(delivered + deduplicated + erased).toBe(accepted);
    expect(readPeople(rig.simulator)).toEqual(readPeople(direct));
    expect(rig.simulator.stats().byAction.merge).toBe(1);
  } finally {
    await direct.stop();
    await rig.stop();
  }
});
