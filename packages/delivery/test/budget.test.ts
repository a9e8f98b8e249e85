import { once } from 'node:events';
import { workspaceKeys } from '@cio-fleet/contracts';
import { freePort, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import { Redis } from 'ioredis';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { type BudgetOptions, createBudget } from '../src/budget.ts';
import type { Budget } from '../src/budget-port.ts';
import type { Purpose } from '../src/delivery-result.ts';
import { readRate, setRate } from '../src/rate-setting.ts';

const never = new AbortController().signal;

async function connect(): Promise<Redis> {
  const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
  onTestFinished(() => redis.disconnect());
  await once(redis, 'ready');
  return redis;
}

/** A budget of its own connection, as another worker of the fleet has it. */
async function budgetOf(workspace: string, options: Partial<BudgetOptions> = {}): Promise<Budget> {
  return createBudget({ redis: await connect(), workspace, ...options });
}

interface Load {
  /** Requests that were granted from the start of the measurement on. */
  readonly granted: Readonly<Record<Purpose, number>>;
  readonly seconds: number;
}

/** Asks as fast as it is let, for each entry of `askers` in a loop of its own; doesn't count the first 200 ms. */
async function load(askers: readonly (readonly [Budget, Purpose])[], durationMs: number): Promise<Load> {
  const granted = { lane: 0, fallback: 0 };
  const controller = new AbortController();
  const startedMs = performance.now();
  const loops = askers.map(async ([budget, purpose]) => {
    while (!controller.signal.aborted) {
      await budget.take(purpose, controller.signal).catch(() => {});
      const ranMs = performance.now() - startedMs;
      if (!controller.signal.aborted && ranMs > 200) granted[purpose] += 1;
      if (ranMs > durationMs) controller.abort();
    }
  });
  await Promise.all(loops);
  return { granted, seconds: (performance.now() - startedMs - 200) / 1_000 };
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('the budget of requests', () => {
  it('is shared by the whole fleet', async () => {
    const workspace = uniqueWorkspace('budget');
    const workers = [await budgetOf(workspace), await budgetOf(workspace)];
    const { granted, seconds } = await load(
      workers.flatMap((worker) => times(4, [worker, 'lane'] as const)),
      1_500,
    );
    expect(granted.lane / seconds).toBeGreaterThan(60);
    expect(granted.lane / seconds).toBeLessThan(115);
  });

  it('costs a request nothing but the question while there is some left', async () => {
    const tookMs: number[] = [];
    // The fastest of some: this machine may be busy with other things.
    for (let round = 0; round < 5; round += 1) {
      const budget = await budgetOf(uniqueWorkspace('budget'));
      await budget.take('lane', never);
      const startedMs = performance.now();
      for (let i = 0; i < 8; i += 1) await budget.take('lane', never);
      tookMs.push(performance.now() - startedMs);
    }
    expect(Math.min(...tookMs)).toBeLessThan(40);
  });

  it('is spread evenly, not spent at the start of each second', async () => {
    const budget = await budgetOf(uniqueWorkspace('budget'));
    const grantedMs: number[] = [];
    const startedMs = performance.now();
    await Promise.all(
      times(8, budget).map(async (shared) => {
        while (grantedMs.length < 60) {
          await shared.take('lane', never);
          grantedMs.push(performance.now() - startedMs);
        }
      }),
    );
    // 100 per second: what comes in the first 200 ms is 20 and what was saved up.
    expect(grantedMs.filter((ms) => ms < 200).length).toBeLessThan(40);
  });

  it('of 5,000 requests per second is not held up by its own bookkeeping', async () => {
    const budget = await budgetOf(uniqueWorkspace('budget'), { requestsPerSecond: 5_000 });
    const { granted, seconds } = await load(times(16, [budget, 'lane'] as const), 1_000);
    expect(granted.lane / seconds).toBeGreaterThan(1_000);
    expect(granted.lane / seconds).toBeLessThan(5_500);
  });

  it('leaves fallback its share and no more while lanes want everything', async () => {
    const workspace = uniqueWorkspace('budget');
    const workers = [await budgetOf(workspace), await budgetOf(workspace)];
    const askers = workers.flatMap((worker) => [
      ...times(4, [worker, 'lane'] as const),
      ...times(2, [worker, 'fallback'] as const),
    ]);
    const { granted, seconds } = await load(askers, 2_000);
    expect(granted.fallback / seconds).toBeGreaterThan(15);
    expect(granted.fallback / seconds).toBeLessThan(30);
    expect((granted.lane + granted.fallback) / seconds).toBeLessThan(115);
    expect(granted.lane / seconds).toBeGreaterThan(45);
  });

  it('gives fallback no more than its share while lanes rest', async () => {
    const budget = await budgetOf(uniqueWorkspace('budget'));
    const { granted, seconds } = await load(times(3, [budget, 'fallback'] as const), 1_500);
    expect(granted.fallback / seconds).toBeLessThan(30);
  });

  it('lets go who waits for it, when their signal aborts', async () => {
    const budget = await budgetOf(uniqueWorkspace('budget'), { requestsPerSecond: 1 });
    const controller = new AbortController();
    await budget.take('lane', never);
    const waiting = budget.take('lane', controller.signal);
    controller.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    'of %d requests per second is refused',
    async (requestsPerSecond) => {
      const redis = await connect();
      expect(() => createBudget({ redis, workspace: uniqueWorkspace('budget'), requestsPerSecond })).toThrow(
        /at least 1 request/,
      );
    },
  );
});

describe('a rate set at run time', () => {
  it('holds for every worker within a second, until it is given back', async () => {
    const workspace = uniqueWorkspace('budget');
    const redis = await connect();
    const workers = [await budgetOf(workspace), await budgetOf(workspace)];
    const areAt = (rate: number) =>
      waitFor(
        async () => {
          await Promise.all(workers.map((worker) => worker.take('lane', never)));
          return workers.every((worker) => worker.current().budget === rate && worker.current().current === rate);
        },
        { timeoutMs: 1_000 },
      );
    await areAt(100);
    await setRate(redis, workspace, 400);
    await areAt(400);
    expect(await readRate(redis, workspace)).toEqual({ budget: 400, current: 400, setAtRunTime: true });
    await setRate(redis, workspace, undefined);
    await areAt(100);
    expect(await readRate(redis, workspace)).toEqual({ budget: 100, current: 100, setAtRunTime: false });
  });

  it('lets nobody wait long who waited at a slower one', async () => {
    const workspace = uniqueWorkspace('budget');
    const redis = await connect();
    const budget = await budgetOf(workspace, { requestsPerSecond: 1 });
    await budget.take('lane', never);
    const waiting = Promise.all(times(6, budget).map((shared) => shared.take('lane', never)));
    const startedMs = performance.now();
    await setRate(redis, workspace, 1_000);
    await waiting;
    expect(performance.now() - startedMs).toBeLessThan(1_200);
  });

  it('is unknown before any worker ran, and known before any did when it was set', async () => {
    const workspace = uniqueWorkspace('budget');
    const redis = await connect();
    expect(await readRate(redis, workspace)).toBeUndefined();
    await setRate(redis, workspace, 7);
    expect(await readRate(redis, workspace)).toEqual({ budget: 7, current: 7, setAtRunTime: true });
  });

  it.each([0, 0.5, Number.NaN])('of %d is refused', async (requestsPerSecond) => {
    const redis = await connect();
    await expect(setRate(redis, uniqueWorkspace('budget'), requestsPerSecond)).rejects.toThrow(/at least 1 request/);
  });
});

describe('after a 429', () => {
  it('the fleet uses half, however many requests were under way', async () => {
    const workspace = uniqueWorkspace('budget');
    const [first, second] = [await budgetOf(workspace), await budgetOf(workspace)];
    await Promise.all([first.take('lane', never), second.take('lane', never)]);
    await Promise.all([first.throttled(), second.throttled(), first.throttled(), second.throttled()]);
    expect(first.current()).toEqual({ budget: 100, current: 50 });
    await waitFor(async () => {
      await second.take('lane', never);
      return second.current().current === 50;
    });
  });

  it('the rate never falls below 1 per second', async () => {
    const workspace = uniqueWorkspace('budget');
    const redis = await connect();
    const budget = await budgetOf(workspace, { requestsPerSecond: 1 });
    await budget.throttled();
    expect(budget.current().current).toBe(1);
    expect(await redis.hget(workspaceKeys(workspace).rate, 'current')).toBe('1');
  });

  it('the rate stays until a request is taken, then rises for every worker', async () => {
    const workspace = uniqueWorkspace('budget');
    const [first, second] = [await budgetOf(workspace), await budgetOf(workspace)];
    await first.take('lane', never);
    await first.throttled();
    expect(first.current().current).toBe(50);
    first.succeeded();
    for (const budget of [first, second]) {
      await waitFor(async () => {
        await budget.take('lane', never);
        const { current } = budget.current();
        return current > 52 && current < 100;
      });
    }
  });
});

describe('without Redis', () => {
  it('a process goes on alone, at a part of the rate', async () => {
    const redis = new Redis({ port: await freePort(), host: '127.0.0.1', maxRetriesPerRequest: null });
    redis.on('error', () => {
      // Redis being away is what this test is about.
    });
    onTestFinished(() => redis.disconnect());
    const budget = createBudget({ redis, workspace: uniqueWorkspace('budget'), redisTimeoutMs: 50 });
    const { granted, seconds } = await load(times(4, [budget, 'lane'] as const), 2_500);
    expect(granted.lane / seconds).toBeGreaterThan(5);
    expect(granted.lane / seconds).toBeLessThan(51);
  });
});
