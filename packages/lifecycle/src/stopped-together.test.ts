import { expect, it } from 'vitest';
import { serviceConformance } from './conformance/index.ts';
import { type Service, service } from './service.ts';
import { stoppedTogether } from './stopped-together.ts';

function recording(calls: string[], name: string, failsAt?: 'start' | 'stop', gate?: Promise<void>): Service {
  const turn = (call: 'start' | 'stop') => async () => {
    calls.push(`${call} ${name}`);
    if (call === failsAt) throw new Error(`${name} can't ${call}`);
    if (call === 'stop') await gate;
  };
  return { name, start: turn('start'), stop: turn('stop') };
}

const plain = (name: string) => service({ name, start: () => undefined, stop: () => undefined });

serviceConformance('services as one', () => stoppedTogether('all', [plain('a'), plain('b')]));

it('starts them in their order and stops all at once', async () => {
  const calls: string[] = [];
  const gate = Promise.withResolvers<void>();
  const all = stoppedTogether('all', [
    recording(calls, 'a', undefined, gate.promise),
    recording(calls, 'b', undefined, gate.promise),
  ]);
  await all.start();
  const stopping = all.stop();
  await new Promise((resolve) => setImmediate(resolve));
  expect(calls).toEqual(['start a', 'start b', 'stop a', 'stop b']);
  gate.resolve();
  await stopping;
});

it('stops those that run when one can not start, and says why', async () => {
  const calls: string[] = [];
  const all = stoppedTogether('all', [recording(calls, 'a'), recording(calls, 'b', 'start'), recording(calls, 'c')]);
  await expect(all.start()).rejects.toThrow("b can't start");
  expect(calls.slice(0, 3)).toEqual(['start a', 'start b', 'stop a']);
  expect(calls).not.toContain('start c');
});

it('reaches one in the middle of a start that never ends, and starts no more', async () => {
  const calls: string[] = [];
  const hanging: Service = { ...recording(calls, 'a'), start: () => new Promise(() => undefined) };
  const all = stoppedTogether('all', [hanging, recording(calls, 'b')]);
  void all.start();
  await all.stop();
  expect(calls).toEqual(['stop a', 'stop b']);
});

it('stops the others when one can not, and says so', async () => {
  const calls: string[] = [];
  const all = stoppedTogether('all', [recording(calls, 'a', 'stop'), recording(calls, 'b')]);
  await all.start();
  await expect(all.stop()).rejects.toThrow("a can't stop");
  expect(calls).toContain('stop b');
});
