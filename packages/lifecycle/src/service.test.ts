import { expect, it } from 'vitest';
import { serviceConformance } from './conformance/index.ts';
import { service } from './service.ts';

const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A service that records its calls and fails when a start and a stop overlap or repeat. */
function recordingService() {
  const calls: string[] = [];
  let isBusy = false;
  const turn = (call: string) => async () => {
    expect(isBusy, 'a start or stop overlaps another').toBe(false);
    expect(calls.at(-1), `${call} twice in a row`).not.toBe(call);
    isBusy = true;
    calls.push(call);
    await tick();
    isBusy = false;
  };
  return { calls, subject: service({ name: 'recording', start: turn('start'), stop: turn('stop') }) };
}

serviceConformance('a service of two plain functions', () => recordingService().subject, { stressCalls: 200 });

it('does not stop what was never started', async () => {
  const { calls, subject } = recordingService();
  await subject.stop();
  expect(calls).toEqual([]);
});

it('runs start once for concurrent starts, and stop once for concurrent stops', async () => {
  const { calls, subject } = recordingService();
  await Promise.all([subject.start(), subject.start(), subject.stop(), subject.stop()]);
  expect(calls).toEqual(['start', 'stop']);
});

it('ends as the last call asked, however calls overlap', async () => {
  const { calls, subject } = recordingService();
  await Promise.all([subject.start(), subject.stop(), subject.start(), subject.stop(), subject.start()]);
  expect(calls.at(-1)).toBe('start');
  await Promise.all([subject.stop(), subject.start(), subject.stop()]);
  expect(calls.at(-1)).toBe('stop');
});

it('tells a failed start to its callers, does not stop then, and can be started again', async () => {
  const calls: string[] = [];
  let isBroken = true;
  const subject = service({
    name: 'fragile',
    start: () => {
      calls.push('start');
      if (isBroken) throw new Error('no Redis');
    },
    stop: () => void calls.push('stop'),
  });
  await expect(subject.start()).rejects.toThrow('no Redis');
  await subject.stop();
  isBroken = false;
  await subject.start();
  await subject.stop();
  expect(calls).toEqual(['start', 'start', 'stop']);
});

it('tells a failed stop to its callers, and does not try it twice', async () => {
  let stops = 0;
  const subject = service({
    name: 'sticky',
    start: () => undefined,
    stop: () => {
      stops += 1;
      throw new Error('stuck');
    },
  });
  await subject.start();
  await expect(subject.stop()).rejects.toThrow('stuck');
  await subject.stop();
  expect(stops).toBe(1);
});
