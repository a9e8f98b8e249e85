import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { runApp } from './run-app.ts';
import { type Service, service } from './service.ts';

function recordingLogger() {
  const lines: { level: string; facts: object; message: string }[] = [];
  const log = (level: string) => (facts: object, message: string) => void lines.push({ level, facts, message });
  return { lines, info: log('info'), warn: log('warn'), error: log('error'), fatal: log('fatal') };
}

function setUp() {
  const order: string[] = [];
  const events = new EventEmitter();
  const logger = recordingLogger();
  const exitCodes: number[] = [];
  const exited = Promise.withResolvers<number>();
  const exit = (code: number) => {
    exitCodes.push(code);
    exited.resolve(code);
  };
  const recorded = (name: string): Service =>
    service({ name, start: () => void order.push(`start ${name}`), stop: () => void order.push(`stop ${name}`) });
  return { order, events, logger, exit, exited: exited.promise, exitCodes, recorded };
}

const never = () => new Promise<void>(() => undefined);

it('starts services in order, then logs one ready line with its facts', async () => {
  const { order, recorded, ...app } = setUp();
  await runApp({ ...app, services: [recorded('ops'), recorded('worker')], readyFacts: () => ({ port: 9090 }) });
  expect(order).toEqual(['start ops', 'start worker']);
  expect(app.logger.lines).toEqual([{ level: 'info', facts: { port: 9090 }, message: 'ready' }]);
});

it.each(['SIGTERM', 'SIGINT'])(
  'goes quiet on %s, then stops the services in reverse and exits with 0',
  async (signal) => {
    const { order, recorded, ...app } = setUp();
    const onQuiet = () => void order.push('quiet');
    await runApp({ ...app, services: [recorded('ops'), recorded('worker')], onQuiet });
    order.length = 0;
    app.events.emit(signal, signal);
    await expect(app.exited).resolves.toBe(0);
    expect(order).toEqual(['quiet', 'stop worker', 'stop ops']);
  },
);

it('exits with 1 at once on a second signal', async () => {
  const { recorded, ...app } = setUp();
  const hanging = service({ name: 'hanging', start: () => undefined, stop: never });
  await runApp({ ...app, services: [recorded('ops'), hanging] });
  app.events.emit('SIGTERM', 'SIGTERM');
  app.events.emit('SIGTERM', 'SIGTERM');
  expect(app.exitCodes).toEqual([1]);
});

it('exits with 1 when the stop deadline passes, and names the service that it waited for', async () => {
  const { recorded, ...app } = setUp();
  const hanging = service({ name: 'hanging', start: () => undefined, stop: never });
  await runApp({ ...app, services: [recorded('ops'), hanging], stopDeadlineMs: 10 });
  app.events.emit('SIGTERM', 'SIGTERM');
  await expect(app.exited).resolves.toBe(1);
  expect(app.logger.lines.at(-1)).toMatchObject({ level: 'error', facts: { waitsFor: 'hanging' } });
});

it('stops what has started and exits with 1 when a service fails to start', async () => {
  const { order, recorded, ...app } = setUp();
  const failing = service({ name: 'failing', start: () => Promise.reject(new Error('no')), stop: never });
  await runApp({ ...app, services: [recorded('ops'), failing, recorded('later')] });
  await expect(app.exited).resolves.toBe(1);
  expect(order).toEqual(['start ops', 'stop ops']);
});

it('lets a start in progress end before it stops, and starts nothing more', async () => {
  const { order, recorded, ...app } = setUp();
  const opening = Promise.withResolvers<void>();
  const slow = service({ name: 'slow', start: () => opening.promise, stop: () => void order.push('stop slow') });
  const running = runApp({ ...app, services: [slow, recorded('later')] });
  app.events.emit('SIGTERM', 'SIGTERM');
  opening.resolve();
  await running;
  await expect(app.exited).resolves.toBe(0);
  expect(order).toEqual(['stop slow']);
});

it('stops the other services when one fails to stop, and exits with 1', async () => {
  const { order, recorded, ...app } = setUp();
  const failing = service({ name: 'failing', start: () => undefined, stop: () => Promise.reject(new Error('stuck')) });
  await runApp({ ...app, services: [recorded('ops'), failing] });
  app.events.emit('SIGTERM', 'SIGTERM');
  await expect(app.exited).resolves.toBe(1);
  expect(order).toEqual(['start ops', 'stop ops']);
});

it.each(['uncaughtException', 'unhandledRejection'])('stops and exits with 1 on an %s', async (event) => {
  const { order, recorded, ...app } = setUp();
  await runApp({ ...app, services: [recorded('ops')] });
  app.events.emit(event, new Error('a bug'));
  await expect(app.exited).resolves.toBe(1);
  expect(order).toEqual(['start ops', 'stop ops']);
  expect(app.logger.lines.some(({ level }) => level === 'fatal')).toBe(true);
});

it('exits once and gives the signals back', async () => {
  const { recorded, ...app } = setUp();
  const exit = vi.fn(app.exit);
  await runApp({ ...app, exit, services: [recorded('ops')] });
  app.events.emit('SIGTERM', 'SIGTERM');
  await app.exited;
  expect(app.events.listenerCount('SIGTERM')).toBe(0);
  expect(exit).toHaveBeenCalledTimes(1);
});
