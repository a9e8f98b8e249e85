import { setTimeout as delay } from 'node:timers/promises';
import { ledgerResidue, workspaceKeys } from '@cio-fleet/contracts';
import type { JournalPlace } from '@cio-fleet/journal';
import { type FleetProcess, waitFor } from '@cio-fleet/testkit';
import { problemsWhere } from '../chaos/problem.ts';
import { type JournalHome, makeJournalHome } from '../rig/journal-home.ts';
import { type JournalRows, openJournalRows } from '../rig/journal-rows.ts';
import { PLAIN_MIX, sendNumberedLoad } from '../rig/numbered-load.ts';
import { type Rig, startRig } from '../rig/rig.ts';
import { integerBelow, seededRandom } from '../rig/seeded-random.ts';

export type JournalVictim = 'deliverer' | 'writer' | 'postgres';

export interface JournalKillsOptions {
  readonly seed: number;
  readonly kind: JournalPlace['kind'];
  readonly seconds: number;
  /** Undefined: as fast as it is accepted, where the journal sheds by design. */
  readonly perSecond?: number;
  /** Between two kills, in ms, at most. */
  readonly killWithinMs: number;
  readonly settleMs: number;
}

export interface JournalKillsResult {
  readonly kills: Readonly<Record<JournalVictim, number>>;
  /** Delivered operations, as the ledger counts them. */
  readonly delivered: number;
  readonly rows: number;
  /** Events that Customer.io took and that have no row that says so. */
  readonly missing: number;
  /** Rows beyond the first of their operation. */
  readonly doubled: number;
  /** Events whose row says delivered although Customer.io never got them. */
  readonly invented: number;
  /** What the sums say beyond the rows, or short of them. */
  readonly sumsOff: number;
  /** Delivered operations without a row, events and others. */
  readonly withoutRow: number;
  readonly lost: number;
  readonly outOfOrder: number;
  readonly waiting: number;
  readonly residue: number;
  /** Bytes of packs that nobody wrote. */
  readonly queuedBytes: number;
}

/** PostgreSQL is away for so long at most, in ms. */
const AWAY_MS = 1_500;

/** Deliverers, the writer and PostgreSQL are killed at random moments under load, and each is replaced. */
export async function killAroundJournal(options: JournalKillsOptions): Promise<JournalKillsResult> {
  const home = await makeJournalHome(options.kind);
  const rig = await startRig({ simulator: { latencyMs: 5 }, env: home.env });
  const rows = openJournalRows(home.place);
  const arrived = new Set<string>();
  rig.simulator.onOperation(({ operation }) => {
    if (operation.action === 'event' && typeof operation.id === 'string') arrived.add(operation.id);
  });
  const ending = new AbortController();
  try {
    const killer = await startKiller(options, rig, home);
    const { seed, seconds, perSecond } = options;
    const load = sendNumberedLoad({
      cio: rig.createProducer(),
      checker: rig.checker,
      operations: Number.POSITIVE_INFINITY,
      ...{ persons: 500, concurrency: perSecond === undefined ? 5_000 : 200, mix: PLAIN_MIX },
      random: seededRandom(seed + 1),
      signal: ending.signal,
      ...(perSecond !== undefined && { perSecond }),
    });
    await killer.killFor(seconds * 1_000);
    ending.abort();
    await load;
    await settle(options, rig, rows);
    const ledger = await rig.ledger();
    const found = await rows.delivered();
    const events = found.operations.get('track') ?? new Set();
    const distinct = [...found.operations.values()].reduce((sum, { size }) => sum + size, 0);
    const { lost, outOfOrder } = rig.checker.verdict();
    return {
      kills: killer.kills,
      delivered: ledger.delivered,
      rows: found.rows,
      missing: [...arrived].filter((id) => !events.has(id)).length,
      doubled: found.rows - distinct,
      invented: [...events].filter((id) => !arrived.has(id)).length,
      sumsOff: found.summed - found.rows,
      withoutRow: ledger.delivered - distinct,
      ...{ lost, outOfOrder, waiting: ledger.waiting, residue: ledgerResidue(ledger) },
      queuedBytes: await queuedBytes(rig),
    };
  } finally {
    ending.abort();
    await rig.stop();
    await rows.close();
    await home.dispose();
  }
}

export function problemsOfJournalKills(result: JournalKillsResult, { perSecond }: JournalKillsOptions) {
  const { doubled, invented, sumsOff, lost, outOfOrder, waiting, residue, queuedBytes: left } = result;
  // At full load the journal sheds, so a killed deliverer takes rows with it that were only in its memory.
  const owed = perSecond === undefined ? {} : { missing: result.missing, withoutRow: result.withoutRow };
  const zeros = { ...owed, doubled, invented, sumsOff, lost, outOfOrder, waiting, residue, queuedBytes: left };
  return problemsWhere(
    ...Object.entries(zeros).map(([name, count]) => [count !== 0, `expected ${name} = 0, got ${count}`] as const),
    [result.kills.deliverer === 0 || result.kills.writer === 0, 'expected deliverers and writers to be killed'],
    [result.rows === 0, 'expected rows, there were none'],
  );
}

interface Killer {
  readonly kills: Readonly<Record<JournalVictim, number>>;
  /** Resolves when the time is over and everything that was killed is replaced. */
  killFor(ms: number): Promise<void>;
}

/** Two deliverers and a writer; the moments and the victims come from the seed. */
async function startKiller({ seed, killWithinMs }: JournalKillsOptions, rig: Rig, home: JournalHome): Promise<Killer> {
  const random = seededRandom(seed);
  const kills: Record<JournalVictim, number> = { deliverer: 0, writer: 0, postgres: 0 };
  const start = (roles: string) => rig.startWorker({ CIO_FLEET_ROLES: roles });
  const [writer, ...deliverers] = await Promise.all([start('journal'), start('deliver'), start('deliver')]);
  const running = { writer: [writer], deliverer: deliverers };

  async function replace(victim: 'deliverer' | 'writer'): Promise<void> {
    const processes: (FleetProcess | undefined)[] = running[victim];
    processes.shift()?.kill('SIGKILL');
    processes.push(await start(victim === 'writer' ? 'journal' : 'deliver'));
  }

  async function kill(victim: JournalVictim): Promise<void> {
    kills[victim] += 1;
    if (victim !== 'postgres') return replace(victim);
    await home.postgres?.kill();
    await delay(integerBelow(random, AWAY_MS));
    await home.postgres?.restart();
  }

  /** Each kind comes in every round, in an order of its own. */
  function nextRound(): JournalVictim[] {
    const all: JournalVictim[] = ['deliverer', 'writer', ...(home.postgres === undefined ? [] : ['postgres' as const])];
    return all
      .map((victim) => ({ victim, at: random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ victim }) => victim);
  }

  return {
    kills,
    async killFor(ms) {
      const untilMs = performance.now() + ms;
      let round: JournalVictim[] = [];
      let isFirstRound = true;
      while (performance.now() < untilMs || isFirstRound) {
        if (round.length === 0) round = nextRound();
        await delay(100 + integerBelow(random, killWithinMs));
        await kill(round.shift() as JournalVictim);
        if (round.length === 0) isFirstRound = false;
      }
    },
  };
}

/** Until nothing waits, the queue of packs is empty, and the rows stop coming; the verdict tells what is missing. */
async function settle({ settleMs }: JournalKillsOptions, rig: Rig, rows: JournalRows): Promise<void> {
  const untilMs = performance.now() + settleMs;
  const within = (isDone: () => Promise<boolean>) =>
    waitFor(isDone, { timeoutMs: Math.max(1, untilMs - performance.now()), intervalMs: 100 }).catch(() => undefined);
  await within(async () => (await rig.ledger()).waiting === 0);
  const { delivered } = await rig.ledger();
  let before = -1;
  await within(async () => {
    const count = await rows.count('delivered');
    if (count >= delivered) return (await queuedBytes(rig)) === 0;
    // Short of the ledger: done when a second passes without a pack in the queue and without a new row.
    const isStill = count === before && (await queuedBytes(rig)) === 0;
    before = count;
    if (!isStill) await delay(1_000);
    return isStill;
  });
}

async function queuedBytes({ client }: Rig): Promise<number> {
  return Number((await client.hget(workspaceKeys('default').journal, 'bytes')) ?? 0);
}
