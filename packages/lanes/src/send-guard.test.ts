import { expect, it } from 'vitest';
import { event } from '../test/fixtures/operations.ts';
import { NO_BRAKES } from './brakes/brake-set.ts';
import type { GuardReply } from './lane-store.ts';
import { createSendGuard } from './send-guard.ts';

function guardThatAnswers(reply: GuardReply | 'stale', erased: ReadonlyMap<string, string> = new Map()) {
  const input = {
    run: { lease: { jobId: 'job', token: 'token', nonce: 'nonce' } },
    deps: {
      store: { guard: async () => reply, erasures: async () => erased },
      brakes: { at: async () => NO_BRAKES },
      now: () => 0,
    },
    begin: { erasuresVersion: '0' },
    brakes: NO_BRAKES,
  };
  return createSendGuard(input, [event('ada', 1)])();
}

const versions = { erasuresVersion: '0', brakesVersion: '0' };

it('lets a head be sent that is still ours', async () => {
  expect(await guardThatAnswers({ ...versions, goodUntilMs: performance.now() + 1000 })).toBe('go');
  expect(await guardThatAnswers(versions)).toBe('go');
  expect(await guardThatAnswers('stale')).toBe('stale');
});

it('does not send on the strength of an old answer, as after a freeze between question and send', async () => {
  expect(await guardThatAnswers({ ...versions, goodUntilMs: performance.now() - 1 })).toBe('stale');
});

it('does not send what was erased since the run began', async () => {
  const reply = { ...versions, erasuresVersion: '1', goodUntilMs: performance.now() + 1000 };
  expect(await guardThatAnswers(reply, new Map([['id:ada', 'ZZZZZZZZZZZZZZZZZZZZZZZZZZ']]))).toBe('stale');
  expect(await guardThatAnswers(reply)).toBe('go');
});
