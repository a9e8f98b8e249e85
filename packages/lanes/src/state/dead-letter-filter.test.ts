import type { QueuedOperation } from '@cio-fleet/contracts';
import { expect, it } from 'vitest';
import { type DeadLetterFilter, matchesDeadLetter } from './dead-letter-filter.ts';
import { readRestingDeadLetter } from './resting-dead-letter.ts';

const operation = (id: string, person: string): QueuedOperation => ({
  id,
  at: 1,
  op: { type: 'person', identifiers: { id: person }, action: 'event', name: 'bought' },
});

const packed = readRestingDeadLetter('A-0', [
  'batch',
  JSON.stringify({
    v: 1,
    operations: [operation('A', '42'), { ...operation('B', '43'), source: 'shop' }],
    reason: { code: 'REJECTED', message: 'no', field: 'name', status: 400 },
    deadLetteredAt: 1000,
  }),
  '900',
  'no',
]);

it.each<[DeadLetterFilter, boolean]>([
  [{}, true],
  [{ reason: 'REJECTED' }, true],
  [{ reason: 'EXPIRED' }, false],
  [{ verb: 'track' }, true],
  [{ verb: 'batch' }, true],
  [{ verb: 'identify' }, false],
  [{ person: '43' }, true],
  [{ person: 'id:42' }, true],
  [{ person: 'email:42' }, false],
  [{ name: 'bought' }, true],
  [{ name: 'sold' }, false],
  [{ source: 'shop' }, true],
  [{ source: 'crm' }, false],
  [{ since: 1000 }, true],
  [{ since: 1001 }, false],
  [{ until: 1001 }, true],
  [{ until: 1000 }, false],
  [{ ids: ['A-0'] }, true],
  [{ ids: ['B'] }, true],
  [{ ids: ['C'] }, false],
  [{ ids: [] }, false],
  [{ reason: 'REJECTED', person: '44' }, false],
])('matches by %j: %s', (filter, matches) => {
  expect(matchesDeadLetter(packed, filter)).toBe(matches);
});

it('reads a dead letter without our shape as unreadable, with what BullMQ says', () => {
  expect(readRestingDeadLetter('x', [null, '{"operations":[{"op":{}}, 7]}', '5', 'boom'])).toEqual({
    id: 'x',
    name: 'unknown',
    reason: { code: 'UNREADABLE', message: 'boom' },
    at: 5,
    persons: [],
    verbs: [],
    operations: [],
  });
});

it.each([
  ['Ada@Example.com', true],
  ['email:ada@example.com', true],
  ['bob@example.com', false],
  ['id:ada@example.com', false],
])('finds what was rejected of a person with an e-mail address by %s: %s', (person, isMeant) => {
  const rejected = {
    ...operation('C', ''),
    op: { ...operation('C', '').op, identifiers: { email: 'ada@example.com' } },
  };
  const reason = { code: 'REJECTED', message: 'no' };
  const data = JSON.stringify({ v: 1, operations: [rejected], reason, deadLetteredAt: 1000 });
  expect(matchesDeadLetter(readRestingDeadLetter('C-0', ['track', data, '900', 'no']), { person })).toBe(isMeant);
});
