import { expect, it } from 'vitest';
import { runBench } from './bench.ts';
import { benchOptions } from './options.ts';
import { type BenchPlan, CONTENDERS } from './plan.ts';
import { formatReport } from './table.ts';

/** So little that it takes seconds; what it measures means nothing. */
const TINY_PLAN: BenchPlan = {
  rounds: 1,
  operations: { a: 100, b: 500, c: 200, d: 500 },
  callers: 50,
  steady: { perSecond: 200, seconds: 0.5, repetitions: 1 },
  bursts: 1,
  fill: 200,
  receiverLatencyMs: 5,
  appendFsync: 'everysec',
};

it('measures every figure, on all four contenders, and reports it', { timeout: 60_000 }, async () => {
  const report = await runBench(TINY_PLAN);

  for (const contender of CONTENDERS) {
    const { repeats, redisMicros, ...figures } = report.throughput[contender];
    expect({ contender, unmeasured: unmeasured(figures) }).toEqual({ contender, unmeasured: [] });
    expect(repeats).toBe(0);
    if (contender !== 'd') expect(redisMicros).toBeGreaterThan(0);
  }
  expect(report.throughput.a.operationsPerRequest).toBe(1);
  expect(report.throughput.b.operationsPerRequest).toBeGreaterThan(1);

  for (const { accept, arrival } of [report.latency.a, report.latency.b]) {
    expect(accept.p50).toBeGreaterThan(0);
    expect(accept.p99).toBeGreaterThanOrEqual(accept.p50);
    // An operation arrives some time after it was durable; the clocks of three processes have to agree for that.
    expect(arrival.p50).toBeGreaterThan(0);
    expect(arrival.p99).toBeGreaterThanOrEqual(arrival.p50);
  }
  expect(unmeasured(report.ratios)).toEqual([]);
  expect(unmeasured(report.floor)).toEqual([]);
  expect(unmeasured(report.redisBytes)).toEqual([]);
  expect(report.burst.b.medianMs).toBeGreaterThan(TINY_PLAN.receiverLatencyMs);
  expect(report.workerMemory.map(({ operations }) => operations)).toEqual([0, 500, 700]);
  expect(report.workerMemory.every(({ residentBytes }) => residentBytes > 30_000_000)).toBe(true);
  expect(report.bars).toHaveLength(6);

  const text = formatReport(report);
  expect(text).toMatch(/^(PASS|FAIL) {2}b \/ a/m);
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
});

it('says what it expected of an argument that makes no sense', () => {
  expect(() => benchOptions(['--fsync', 'sometimes'])).toThrow('expected always or everysec, got "sometimes"');
});

it('takes the quick plan, the sync policy and the profile folder from its arguments', () => {
  const { plan, enforce } = benchOptions(['--quick', '--fsync', 'everysec', '--profile', 'profiles', '--enforce']);
  expect(plan).toMatchObject({ rounds: 3, appendFsync: 'everysec', profileDir: 'profiles' });
  expect(enforce).toBe(true);
});

/** Names of figures that are not above 0. */
function unmeasured(figures: object): readonly string[] {
  return Object.entries(figures).flatMap(([name, value]) => (typeof value === 'number' && value > 0 ? [] : [name]));
}
