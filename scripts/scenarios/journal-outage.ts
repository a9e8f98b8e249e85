import { setTimeout as delay } from 'node:timers/promises';
import { ledgerResidue, type Operation, workspaceKeys } from '@cio-fleet/contracts';
import type { FleetProcess } from '@cio-fleet/testkit';
import { waitFor } from '@cio-fleet/testkit';
import { problemsWhere } from '../chaos/problem.ts';
import { makeJournalHome } from '../rig/journal-home.ts';
import { openJournalRows } from '../rig/journal-rows.ts';
import { type Rig, startRig } from '../rig/rig.ts';
import { integerBelow, seededRandom } from '../rig/seeded-random.ts';

export interface JournalOutageOptions {
  readonly seed: number;
  /** How long PostgreSQL is away. */
  readonly seconds: number;
  /** How long is measured before and after it. */
  readonly aroundSeconds: number;
  readonly perSecond: number;
  readonly settleMs: number;
}

/** From the call to the arrival at Customer.io, in ms: medians over the seconds of a phase, so that a hiccup of the machine is one of many. */
export interface PhasePace {
  readonly calls: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface JournalOutageResult {
  readonly before: PhasePace;
  readonly outage: PhasePace;
  readonly after: PhasePace;
  /** Calls made in the outage that had not arrived when PostgreSQL came back. */
  readonly lateArrivals: number;
  /** Bytes of packs that waited in Redis when PostgreSQL came back. */
  readonly backlogBytes: number;
  readonly delivered: number;
  readonly rows: number;
  /** Rows that a bound cost, as the worker counts them. */
  readonly dropped: number;
  readonly residue: number;
  readonly waiting: number;
}

const WARM_UP_MS = 2_000;
const TICK_MS = 20;
/** Everything that was called in the outage must have arrived within this, while PostgreSQL is still away. */
const LAST_ARRIVAL_MS = 30_000;
/** What the machine may do to a figure anyhow. */
const NOISE = { times: 2, ms: 250 } as const;

/** PostgreSQL is killed under load and comes back later; one worker delivers and writes. */
export async function stopJournalDatabase(options: JournalOutageOptions): Promise<JournalOutageResult> {
  const { seconds, aroundSeconds, perSecond, seed } = options;
  const home = await makeJournalHome('postgres');
  const rig = await startRig({ simulator: { latencyMs: 5 }, env: home.env });
  const rows = openJournalRows(home.place);
  try {
    const worker = await rig.startWorker({ CIO_FLEET_ROLES: 'deliver,journal' });
    const load = timeCalls(rig, perSecond, seed);
    await delay(WARM_UP_MS);
    load.enter('before');
    await delay(aroundSeconds * 1_000);
    await home.postgres?.kill();
    load.enter('outage');
    await delay(seconds * 1_000);
    load.enter('none');
    await waitFor(() => load.underWay('outage') === 0, { timeoutMs: LAST_ARRIVAL_MS }).catch(() => undefined);
    const lateArrivals = load.underWay('outage');
    const backlogBytes = await queuedBytes(rig);
    await home.postgres?.restart();
    load.enter('after');
    await delay(aroundSeconds * 1_000);
    await load.stop();
    await waitFor(async () => (await rig.ledger()).waiting === 0, { timeoutMs: LAST_ARRIVAL_MS }).catch(
      () => undefined,
    );
    const ledger = await rig.ledger();
    await waitFor(async () => (await rows.count('delivered')) + (await droppedRows(worker)) >= ledger.delivered, {
      timeoutMs: options.settleMs,
      intervalMs: 200,
    }).catch(() => undefined); // The verdict tells what is missing.
    return {
      ...{ before: load.pace('before'), outage: load.pace('outage'), after: load.pace('after') },
      ...{ lateArrivals, backlogBytes },
      ...{ delivered: ledger.delivered, rows: (await rows.delivered()).rows, dropped: await droppedRows(worker) },
      ...{ residue: ledgerResidue(ledger), waiting: ledger.waiting },
    };
  } finally {
    await rig.stop();
    await rows.close();
    await home.dispose();
  }
}

export function problemsOfJournalOutage(result: JournalOutageResult) {
  const { before, outage, after, lateArrivals, backlogBytes, delivered, rows, dropped, residue, waiting } = result;
  const isSlower = (phase: PhasePace) => phase.p99Ms > before.p99Ms * NOISE.times + NOISE.ms;
  return problemsWhere(
    [isSlower(outage), `expected a p99 of ${before.p99Ms} ms in the outage as before, got ${outage.p99Ms}`],
    [isSlower(after), `expected a p99 of ${before.p99Ms} ms while the backlog is written, got ${after.p99Ms}`],
    [lateArrivals > 0, `expected every call of the outage to arrive while PostgreSQL is away, ${lateArrivals} did not`],
    [backlogBytes === 0, 'expected the outage to leave a backlog'],
    [
      rows + dropped !== delivered,
      `expected ${delivered} rows, written or counted as dropped, got ${rows} + ${dropped}`,
    ],
    [residue !== 0 || waiting !== 0, `expected nothing waiting and no residue, got ${waiting} and ${residue}`],
    [outage.calls === 0, 'expected calls in the outage, there were none'],
  );
}

type Phase = 'none' | 'before' | 'outage' | 'after';

interface Call {
  readonly phase: Phase;
  readonly atMs: number;
}

/** Calls at a steady pace, and how long each takes to arrive. */
function timeCalls(rig: Rig, perSecond: number, seed: number) {
  const cio = rig.createProducer();
  const random = seededRandom(seed);
  const underWay = new Map<number, Call>();
  const arrivals: (Call & { readonly tookMs: number })[] = [];
  const startedAtMs = performance.now();
  let phase: Phase = 'none';
  let calls = 0;
  rig.simulator.onOperation(({ operation }) => {
    const n = numberOf(operation as Operation);
    const call = n === undefined ? undefined : underWay.get(n);
    if (n === undefined || call === undefined) return;
    underWay.delete(n);
    arrivals.push({ ...call, tookMs: performance.now() - call.atMs });
  });
  const results: Promise<unknown>[] = [];
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAtMs) / 1_000) * perSecond);
    for (; calls < due; calls += 1) {
      const atMs = performance.now();
      underWay.set(calls, { phase, atMs });
      results.push(cio.track(`p${integerBelow(random, 500)}`, 'Timed', { timed: calls }));
    }
  }, TICK_MS);
  return {
    enter(next: Phase): void {
      phase = next;
    },
    underWay: (of: Phase) => [...underWay.values()].filter((call) => call.phase === of).length,
    pace(of: Phase): PhasePace {
      const theirs = arrivals.filter((call) => call.phase === of);
      const seconds = [...Map.groupBy(theirs, ({ atMs }) => Math.floor(atMs / 1_000)).values()].map((second) =>
        second.map(({ tookMs }) => tookMs),
      );
      const medianOf = (share: number) =>
        Math.round(
          at(
            seconds.map((times) => at(times, share)),
            0.5,
          ),
        );
      return { calls: theirs.length, p50Ms: medianOf(0.5), p99Ms: medianOf(0.99) };
    },
    async stop(): Promise<void> {
      clearInterval(timer);
      await Promise.all(results);
    },
  };
}

function at(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function numberOf(operation: Operation): number | undefined {
  if (operation.type !== 'person' || operation.action !== 'event' || operation.name !== 'Timed') return undefined;
  const n = operation.attributes?.timed;
  return typeof n === 'number' ? n : undefined;
}

async function droppedRows({ port }: FleetProcess): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const counts = [...text.matchAll(/^cio_fleet_journal_dropped_rows_total\{.*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

async function queuedBytes({ client }: Rig): Promise<number> {
  return Number((await client.hget(workspaceKeys('default').journal, 'bytes')) ?? 0);
}
