import { describe, expect, it } from 'vitest';
import { FaultControl } from './fault-control.ts';
import { parseFaultPlan } from './fault-plan.ts';

const problemOf = (value: unknown) => {
  const parsed = parseFaultPlan(value);
  return parsed.ok ? undefined : parsed.problem;
};

describe('parseFaultPlan', () => {
  it('takes every documented field', () => {
    const plan = {
      status: 503,
      rate: 0.5,
      latencyMs: 10,
      retryAfterSeconds: 2,
      html: true,
      hang: false,
      resetMidAnswer: true,
      dropAfterAccept: false,
      rejectName: 'a',
      poisonName: 'b',
      forMs: 100,
      seed: 1,
    };
    expect(parseFaultPlan(plan)).toEqual({ ok: true, plan });
  });

  it.each([
    ['status', 199],
    ['status', 600],
    ['status', '503'],
    ['rate', 1.1],
    ['rate', -0.1],
    ['latencyMs', -1],
    ['latencyMs', 1.5],
    ['retryAfterSeconds', null],
    ['html', 1],
    ['hang', 'yes'],
    ['resetMidAnswer', {}],
    ['dropAfterAccept', []],
    ['rejectName', ''],
    ['poisonName', 7],
    ['forMs', 0],
    ['seed', -1],
  ])('refuses %s = %j by name', (field, value) => {
    expect(problemOf({ [field]: value })).toMatchObject({ code: 'FAULT_FIELD_INVALID', field });
  });

  it('names the known fields when it meets an unknown one', () => {
    const problem = problemOf({ statuss: 503 });
    expect(problem).toMatchObject({ code: 'FAULT_FIELD_UNKNOWN', field: 'statuss' });
    expect(problem?.expected).toContain('poisonName');
  });

  it('refuses a prototype key', () => {
    expect(problemOf(JSON.parse('{"__proto__":{"status":503}}'))).toMatchObject({ code: 'FAULT_FIELD_UNKNOWN' });
  });

  it.each([undefined, null, 'x', [], 3])('refuses a body that is %j', (body) => {
    expect(problemOf(body)).toMatchObject({ code: 'FAULT_BODY_INVALID' });
  });
});

describe('FaultControl', () => {
  const hits = (control: FaultControl) =>
    Array.from({ length: 1000 }, () => control.draw(0).status === 503).map(Number);

  it('hits the share of requests that the rate says', () => {
    const control = new FaultControl();
    control.set({ status: 503, rate: 0.3, seed: 7 }, 0);
    const share = hits(control).reduce((sum, hit) => sum + hit, 0) / 1000;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.35);
  });

  it('hits the same requests for the same seed, and others for another', () => {
    const control = new FaultControl();
    const run = (seed: number) => {
      control.set({ status: 503, rate: 0.5, seed }, 0);
      return hits(control);
    };
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
  });

  it('lets names hit whatever the rate', () => {
    const control = new FaultControl();
    control.set({ status: 503, rate: 0, rejectName: 'a', poisonName: 'b' }, 0);
    expect(control.draw(0)).toEqual({ rejectName: 'a', poisonName: 'b' });
  });

  it('ends by itself after forMs', () => {
    const control = new FaultControl();
    control.set({ status: 503, forMs: 100 }, 1000);
    expect(control.draw(1099)).toMatchObject({ status: 503 });
    expect(control.draw(1100)).toEqual({});
  });

  it('replaces the plan before', () => {
    const control = new FaultControl();
    control.set({ hang: true }, 0);
    control.set({ status: 500 }, 0);
    expect(control.current(0)).toEqual({ status: 500 });
  });
});
