import type { Json, Operation } from '@cio-fleet/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { coalesce } from '../src/coalesce.ts';
import { DEFAULT_LIMITS } from '../src/limits.ts';
import { erase, identify, queued, track } from './operations.ts';

type Attributes = { readonly [name: string]: Json };

/** What a receiver knows after `operations`: each person's attributes, and what they were at each event. */
function apply(operations: readonly Operation[]): unknown {
  const people = new Map<string, Attributes>();
  const events: unknown[] = [];
  for (const op of operations) {
    if (op.type !== 'person' || !('identifiers' in op) || !('id' in op.identifiers)) continue;
    const { id } = op.identifiers;
    if (op.action === 'identify') people.set(id, { ...people.get(id), ...op.attributes });
    if (op.action === 'delete') people.delete(id);
    if (op.action === 'event') events.push([id, op.name, people.get(id)]);
  }
  return { people: [...people].sort(), events };
}

const person = fc.constantFrom('1', '2', '3');
const value = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.constant(null),
  fc.constant({ nested: 1 }),
  fc.string({ maxLength: 3 }),
);
const attributes = fc.dictionary(fc.constantFrom('a', 'b', 'email', '_update'), value, { maxKeys: 3 });
const operation = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(person, attributes).map(([id, given]) => identify(id, given)) },
  { weight: 2, arbitrary: fc.tuple(person, fc.string({ maxLength: 3 })).map(([id, name]) => track(id, name)) },
  { weight: 1, arbitrary: person.map(erase) },
);

it('merging leaves every person, and what they were at each event, as sending one by one would', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 25 }), (operations) => {
      const items = coalesce(
        operations.map((op, index) => ({ index, queued: queued(op) })),
        DEFAULT_LIMITS,
      );
      expect(apply(items.map(({ op }) => op))).toEqual(apply(operations));
      const indexes = items.flatMap(({ members }) => members.map(({ index }) => index));
      expect(indexes.toSorted((a, b) => a - b)).toEqual([...operations.keys()]);
    }),
    { numRuns: 500 },
  );
});
