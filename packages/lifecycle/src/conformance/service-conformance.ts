import { describe, expect, it, onTestFinished } from 'vitest';
import type { Service } from '../service.ts';

/** How much the stress test does. */
export interface ServiceConformanceOptions {
  /** Random calls of start and stop in the stress test. @defaultValue 20 */
  readonly stressCalls?: number;
}

const defaults = { stressCalls: 20 } satisfies ServiceConformanceOptions;

/**
 * The tests that every {@link Service} must pass. Call it at the top of a test file.
 *
 * @param name - of the service, for the test titles
 * @param makeService - makes a fresh, not started service; called once per test
 */
export function serviceConformance(
  name: string,
  makeService: () => Service | Promise<Service>,
  options: ServiceConformanceOptions = {},
): void {
  const { stressCalls } = { ...defaults, ...options };

  const fresh = async () => {
    const subject = await makeService();
    onTestFinished(() => subject.stop());
    return subject;
  };

  describe(`${name} keeps the service contract`, () => {
    it('has a name', async () => {
      expect((await fresh()).name).not.toBe('');
    });

    it('stops before it was ever started', async () => {
      await (await fresh()).stop();
    });

    it('starts and stops', async () => {
      const subject = await fresh();
      await subject.start();
      await subject.stop();
    });

    it('stops a second time without effect', async () => {
      const subject = await fresh();
      await subject.start();
      await subject.stop();
      await subject.stop();
    });

    it('shares one start among concurrent callers', async () => {
      const subject = await fresh();
      await Promise.all([subject.start(), subject.start(), subject.start()]);
      await subject.start();
    });

    it('shares one stop among concurrent callers', async () => {
      const subject = await fresh();
      await subject.start();
      await Promise.all([subject.stop(), subject.stop(), subject.stop()]);
    });

    it('stops while it is still starting', async () => {
      const subject = await fresh();
      const starting = subject.start();
      await Promise.all([starting, subject.stop()]);
    });

    it('starts again after a stop', async () => {
      const subject = await fresh();
      await subject.start();
      await subject.stop();
      await subject.start();
    });

    it('survives starts and stops in any order and overlap', async () => {
      const subject = await fresh();
      const calls: Promise<void>[] = [];
      for (let call = 0; call < stressCalls; call += 1) {
        calls.push(Math.random() < 0.5 ? subject.start() : subject.stop());
        if (Math.random() < 0.3) await calls.at(-1);
      }
      await Promise.all(calls);
    });
  });
}
